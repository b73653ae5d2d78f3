"""A run whose nodes go while its script computes: what its user sees, and that nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_run import COMPUTES, SMALL, clusters, running
from tests.faults.conftest import StartSlurm
from tests.slurm import Options, SlurmClient
from tests.slurm.client import wait_until


def _node_down(slurm: SlurmClient) -> None:
    slurm.node_down("n2")


def _cancelled_elsewhere(slurm: SlurmClient) -> None:
    slurm.run("scancel", *slurm.jobs())


@pytest.mark.nightly
@pytest.mark.parametrize("strike", [_node_down, _cancelled_elsewhere])
def test_a_run_whose_allocation_ends_says_so_and_leaves_nothing(
    start_slurm: StartSlurm, shared: Path, tmp_path: Path, strike: Callable[[SlurmClient], None]
) -> None:
    slurm = start_slurm(Options(nodes=2, gpus=0))
    script = tmp_path / "script.py"
    script.write_text(f"{COMPUTES}print(flush=True)\nclient.submit(time.sleep, 600).result()\n")
    with running(script, *SMALL, "--nodes", "2") as run:
        assert run.stdout is not None
        run.stdout.readline()
        assert list(slurm.jobs().values()) == ["RUNNING"]
        strike(slurm)
        # The script hears it from Dask, and its exit code is that of the run.
        _, said = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "has ended. Slurm ended the job of its controller: it was cancelled" in said
    wait_until(lambda: not slurm.jobs(), "Slurm has nothing of it")
    assert clusters(shared) == []
