"""What Jupyter and the cluster keep secret is in no environment, command line, log or record."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import get_args

import psutil
import pytest

from jupyter_dask_slurm.protocol.models import SnippetKind
from jupyter_dask_slurm.registry import Registry
from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.security.target import Target
from tests.security.watched import watching
from tests.slurm.client import SlurmClient, wait_until

SECRETS = {
    "JUPYTERHUB_API_TOKEN": "hub-token-7f3a",
    "JPY_API_TOKEN": "jpy-token-7f3a",
    "JUPYTER_TOKEN": "jupyter-token-7f3a",
    "MY_DATABASE_PASSWORD": "database-7f3a",
    "AWS_SECRET_ACCESS_KEY": "aws-7f3a",
    "github_token": "github-7f3a",
}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Put secrets into the environment of the Jupyter server that is started next."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HARMLESS", "harmless-7f3a")
    # The token of the tests' own Jupyter server stands on its command line.
    return [*SECRETS.values(), "token=secret"]


def _files(directory: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file but the key with its content."""
    for path in directory.rglob("*"):
        # The cluster runs: it writes its record under another name and renames that.
        with suppress(FileNotFoundError):
            if stat.S_ISREG(path.lstat().st_mode) and path.name != "key.pem":
                yield path, path.read_bytes().decode(errors="replace")


def test_no_secret_leaves_jupyter(secrets: list[str], target: Target) -> None:
    key = (target.directory / "key.pem").read_text().splitlines()[1]
    controller = psutil.Process(target.record.pid)
    workers = controller.children(recursive=True)
    assert workers
    for process in (controller, *workers):
        environment = Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace")
        assert "harmless-7f3a" in environment
        told = environment + " ".join(process.cmdline())
        assert [secret for secret in (*secrets, key) if secret in told] == []
    read = dict(_files(target.directory))
    assert {"record.json", "launch.json", "controller.log"} <= {path.name for path in read}
    for path, content in read.items():
        assert [secret for secret in (*secrets, key) if secret in content] == [], path
    cluster = f"clusters/{target.record.cluster.id}"
    for kind in set(get_args(SnippetKind)) - {"job_script"}:
        answer = target.jupyter.call("GET", f"{cluster}/snippet?kind={kind}")
        assert key not in answer.text


_LOOKS_LIKE_A_KEY = re.compile(r"\b[0-9a-f]{24,}\b|[A-Za-z0-9+]{60,}={0,2}")


def test_nothing_of_a_whole_story_shows_a_secret(
    slurm: SlurmClient, secrets: list[str], jupyter: Callable[..., Jupyter], shared: Path
) -> None:  # Slurm first: its daemons have no part in the secrets
    """Kernels are looked at, a script is rendered, interfaces are checked, clusters start, work and stop."""
    server = jupyter()
    doctor = [sys.executable, "-m", "jupyter_dask_slurm.cli", "doctor", "--check-interfaces"]
    options = {**SMALL, "walltime": "00:10:00", "partition": "normal"}
    with watching(shared, slurm) as watched:
        server.call("GET", "site")
        server.call("POST", "preview", {"options": options, "backend": "slurm"})
        subprocess.run(doctor, check=True, timeout=120, capture_output=True)
        assert server.call("POST", "site/check").status_code == 202
        wait_until(lambda: not server.call("GET", "site/check").json()["running"], "the check has ended")
        cluster = server.call("POST", "clusters", {"backend": "slurm", "options": options}).json()
        other = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
        for one in (cluster, other):
            server.until(one["id"], working(1))
            watched.keys.add(Registry(shared).read(one["id"]).nonce)
            for kind in get_args(SnippetKind):
                snippet = server.call("GET", f"clusters/{one['id']}/snippet?kind={kind}")
                watched.scripts[f"{kind} of {one['id']}"] = snippet.text
        (job,) = slurm.jobs_of(cluster["id"])
        wait_until(lambda: job in watched.scripts, "the job's script was read")
        for one in (cluster, other):
            server.call("DELETE", f"clusters/{one['id']}")
            server.until_gone(one["id"])
    for where, text in watched.everything():
        assert [secret for secret in (*secrets, *watched.keys) if secret in text] == [], where
        if not where.startswith("environment"):
            assert _LOOKS_LIKE_A_KEY.findall(text) == [], where
    # Three lines of each cluster's key and its nonce, the key of each check in two forms.
    assert len(watched.keys) == 12
    for kind in ("controller.pyz", "--render", "distributed.cli.dask_worker"):
        assert [argv for argv in watched.argvs if kind in argv], kind
