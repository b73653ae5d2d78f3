"""A program that knows nothing of us: a plain ``Client()``, in a shell with the snippet's lines."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL

SUM = "print(client.submit(sum, range(10)).result(), client.dashboard_link)"


@pytest.fixture
def shared(isolation: None) -> Path:
    """Have paths that a shell, and Dask, could take for something else."""
    return Path(os.environ["JUPYTER_DATA_DIR"]) / "it's $HOME; `x` {y}"


async def _shell(script: str, *words: str) -> tuple[int, str, str]:
    """Run a script of bash, with nothing in its environment of what was in ours."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euc", script, "bash", *words, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in ("HOME", "PATH")},
    )  # fmt: skip
    stdout, stderr = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, stdout.decode(), stderr.decode()


async def _cluster(api: Api, **options: Any) -> tuple[str, str]:
    """Start a cluster that works; return its id and the lines."""
    cluster = await api.start(name="ocean", backend="local", options={**SMALL, **options})
    await api.until(cluster["id"], working(1))
    answer = await api("GET", f"clusters/{cluster['id']}/snippet?kind=environment")
    assert (answer.status, answer.json["kind"], answer.json["language"]) == (200, "environment", "shell")
    return cluster["id"], answer.json["code"]


async def test_with_tls(api: Api, shared: Path) -> None:
    cluster_id, lines = await _cluster(api)
    directory = shared / "clusters" / cluster_id
    python = f"exec {sys.executable} -c"
    client = f"from distributed import Client\nclient = Client(timeout=20)\n{SUM}"
    code, said, wrong = await _shell(f'{lines}{python} "$1"', client)
    assert (code, said.split()[0]) == (0, "45"), wrong
    assert said.split()[1].endswith(f"/dask-slurm/clusters/{cluster_id}/dashboard/status")
    assert said.split()[1].startswith("http://127.0.0.1:")

    file = directory / "scheduler.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.dumps(str(file)) in lines
    by_file = (
        "import sys; from distributed import Client\nclient = Client(scheduler_file=sys.argv[1], timeout=5)\n"
    )
    unset = "unset DASK_SCHEDULER_ADDRESS\n"
    code, said, wrong = await _shell(f'{lines}{unset}{python} "$1" "$2"', by_file + SUM, str(file))
    assert (code, said.split()[:1]) == (0, ["45"]), wrong

    # What is said of the file is so: without the lines it has an address, and no key that fits.
    code, said, _ = await _shell(f'{python} "$1" "$2"', by_file + SUM, str(file))
    assert (code, said) == (1, "")
    # But who reads it himself finds all.
    read = "import json, sys; from distributed import Client\nfile = json.load(open(sys.argv[1]))\n"
    own = f"{read}client = Client(file['address'], security=file['security'], timeout=5)\n{SUM}"
    code, said, wrong = await _shell(f'{python} "$1" "$2"', own, str(file))
    assert (code, said.split()[:1]) == (0, ["45"]), wrong


class TestWithoutTls:
    """Where an administrator allows it."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["DaskSlurmExtension"]["require_secure"] = False
        return jp_server_config

    async def test_the_address_is_enough(self, api: Api, shared: Path) -> None:
        cluster_id, lines = await _cluster(api, secure=False)
        assert "TLS" not in lines
        file = shared / "clusters" / cluster_id / "scheduler.json"
        code, said, wrong = await _shell(
            f'exec {sys.executable} -c "$1" "$2"',
            f"import sys; from distributed import Client\nclient = Client(scheduler_file=sys.argv[1])\n{SUM}",
            str(file),
        )
        assert (code, said.split()[:1]) == (0, ["45"]), wrong


async def test_not_while_there_is_no_scheduler(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    await api("DELETE", f"clusters/{cluster['id']}")
    answer = await api("GET", f"clusters/{cluster['id']}/snippet?kind=environment")
    assert (answer.status, answer.json["reason"]) in ((409, "WrongState"), (404, "ClusterNotFound"))
