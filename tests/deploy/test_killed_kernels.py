"""A kernel that is killed while it makes a cluster leaves no orphan, and the cell run again no double."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jupyter_dask_slurm import SLURMCluster
from tests.jupyter.controllers import controllers
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

CALL: dict[str, Any] = {
    # A name of its own: the run's Slurm has jobs of other tests too.
    "name": "killed",
    "n_workers": 1,
    "cores": 1,
    "memory": "400 MB",
    "queue": "normal",
    "interface": "lo",
}
DIES = """
import os, signal
from jupyter_dask_slurm import SLURMCluster
from {module} import {owner} as owner

real = owner.{step}

def dies(*arguments, **keywords):
    if {after}:
        real(*arguments, **keywords)
    os.kill(os.getpid(), signal.SIGKILL)

owner.{step} = dies
SLURMCluster(**{call!r})
"""


class Step(NamedTuple):
    """A step at which the kernel is killed: before what is called, or after it."""

    module: str
    owner: str
    step: str
    after: bool = False


nightly = pytest.mark.nightly
WRITE = ("jupyter_dask_slurm.registry", "Registry", "write")
STEPS = [
    pytest.param(
        Step("jupyter_dask_slurm.launch.starter", "Starter", "survey"), id="before anything", marks=nightly
    ),
    pytest.param(Step(*WRITE), id="its name is claimed", marks=nightly),
    # Nobody will launch it: that is certain only after as long as a launch may take.
    pytest.param(Step(*WRITE, after=True), id="it has a record", marks=nightly),
    pytest.param(
        Step("subprocess", "Popen", "__init__", after=True), id="its controller starts", marks=nightly
    ),
    pytest.param(Step("jupyter_dask_slurm.deploy.link", "Link", "watch"), id="it runs"),
]


@pytest.mark.parametrize("step", STEPS)
def test_the_cell_is_run_again(step: Step, slurm: SlurmClient, shared: Path) -> None:
    code = DIES.format(**step._asdict(), call=CALL)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr

    with SLURMCluster(**CALL) as cluster:
        cluster.wait_for_workers(1)
        # A directory that was just made is nothing yet.
        with_record = [path.parent.name for path in shared.glob("clusters/*/record.json")]
        assert with_record == [cluster.cluster_id]
        assert len(controllers(shared)) == 1
        assert {name.rpartition("-")[0] for name in _names(slurm)} == {f"jds-{cluster.cluster_id}"}
    wait_until(lambda: controllers(shared) == [], "no controller is left")
    assert _names(slurm) == []


def _names(slurm: SlurmClient) -> list[str]:
    return [name for name in slurm.queue("%j") if name.startswith(f"jds-{CALL['name']}-")]
