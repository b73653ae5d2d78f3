"""Sites where variables say which Slurm it is and who asks: tokens in place of munge, no slurm.conf."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from jupyter_dask_slurm.protocol.errors import SlurmUnavailable
from jupyter_dask_slurm.slurm import queue
from jupyter_dask_slurm.slurm.installation.reader import read_site
from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm import PrivateSlurm
from tests.slurm.client import wait_until
from tests.slurm.config import new_token_key
from tests.slurm.variants import tokens_and_no_configuration


@pytest.fixture(scope="module")
def site() -> Iterator[PrivateSlurm]:
    with PrivateSlurm(tokens_and_no_configuration()) as slurm:
        yield slurm


@pytest.fixture
def without_munge(site: PrivateSlurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateSlurm:
    """Make this a host where munge does not run; the configuration names a socket that is not there."""
    conf = tmp_path / "slurm.conf"
    conf.write_text(re.sub("AuthInfo=.*", "AuthInfo=socket=/nowhere", site.conf.read_text()))
    monkeypatch.setenv("SLURM_CONF", str(conf))
    return site


def token(site: PrivateSlurm, lifespan_s: int) -> str:
    return site.run("scontrol", "token", f"lifespan={lifespan_s}").removeprefix("SLURM_JWT=")


async def test_without_token_nobody_is_let_in(without_munge: PrivateSlurm) -> None:
    with pytest.raises(SlurmUnavailable):
        await queue.jobs(["1"])


async def test_a_token_that_has_ended_is_named(
    without_munge: PrivateSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = token(without_munge, 1)
    monkeypatch.setenv("SLURM_JWT", short)
    until = time.time() + 2
    wait_until(lambda: time.time() > until, "the token has ended")
    with pytest.raises(SlurmUnavailable, match=r"token for Slurm \(SLURM_JWT\) ended at 20\d\d-") as told:
        await queue.jobs(["1"])
    assert short not in str(told.value.to_json())


@pytest.mark.any_slurm
def test_a_cluster_goes_on_with_the_fresh_token_of_the_next_jupyter(
    without_munge: PrivateSlurm,
    jupyter: Callable[..., Jupyter],
    shared: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = token(without_munge, 3600)
    monkeypatch.setenv("SLURM_JWT", first)
    server = jupyter()
    assert server.call("GET", "site").json()["slurm"]["error"] is None
    cluster = server.call("POST", "clusters", {"backend": "slurm", "options": SMALL}).json()["id"]
    server.until(cluster, working(1))
    assert _processes_of_jobs_with("SLURM_JWT") == []
    # From now on Slurm knows the token no more, as if its time were over.
    without_munge.stop_controller()
    new_token_key(without_munge.conf.parent)
    without_munge.start_controller()
    fresh = token(without_munge, 7200)
    monkeypatch.setenv("SLURM_JWT", fresh)
    second = jupyter()
    second.call("PATCH", f"clusters/{cluster}", {"scaling": {"mode": "manual", "jobs": 2}})
    second.until(cluster, working(2))
    for path in shared.rglob("*"):
        if path.is_file():
            content = path.read_bytes().decode(errors="replace")
            assert [known for known in (first, fresh) if known in content] == [], path
    second.call("DELETE", f"clusters/{cluster}")
    second.until_gone(cluster)
    assert without_munge.jobs_of(cluster) == {}


async def test_a_host_without_configuration_asks_the_server_that_is_named(
    site: PrivateSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = re.search(r"SlurmctldPort=(\d+)", site.conf.read_text())
    assert port
    monkeypatch.setenv("SLURM_JWT", token(site, 600))  # munge would need the socket of the configuration
    monkeypatch.delenv("SLURM_CONF")
    monkeypatch.setenv("SLURM_CONF_SERVER", f"localhost:{port[1]}")
    found = await read_site()
    assert (found.slurm.error, found.slurm.cluster_name) == (None, "private")


def _processes_of_jobs_with(variable: str) -> list[list[str]]:
    """Return the command lines of processes in jobs that have a variable; slurmd's own is not the job's."""
    found, seen = [], 0
    for process in psutil.process_iter():
        try:
            environment, argv = process.environ(), process.cmdline()
        except (psutil.Error, OSError):
            continue
        if environment.get("HOME") == os.environ["HOME"] and "SLURM_JOB_ID" in environment:
            seen += 1
            if variable in environment:
                found.append(argv)
    assert seen, "no process of a job was seen"
    return found
