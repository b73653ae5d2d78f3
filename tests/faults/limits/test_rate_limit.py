"""slurmctld limits the requests of each user: commands sleep inside themselves, and are given the time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_dask_slurm.site import source
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm.release import Release
from tests.slurm.variants import limiting_requests

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]
AS_SOMEBODY = 'exec setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$real" "$@"'
"""Root's requests are not limited; what is only asked can be asked by anybody."""


@pytest.fixture
def bent(tmp_path: Path, isolation: None, monkeypatch: pytest.MonkeyPatch) -> BentCommands:
    """Have the commands of the newer Slurm wrapped; those that only ask run as another user."""
    monkeypatch.setenv("PATH", Release("next").path(os.environ["PATH"]))
    folder = tmp_path / "bin"
    folder.mkdir()
    bent = BentCommands(folder)
    for command in ("squeue", "scontrol"):
        bent.bend(command, AS_SOMEBODY)
    return bent


def test_slow_answers_are_waited_for_and_said(
    start_slurm: StartSlurm, bent: BentCommands, launch: Launch
) -> None:
    slurm = start_slurm(limiting_requests())
    controller = launch(options=HELD, jobs=2)
    cluster = controller.until(lambda c: "requests_limited" in codes(c), timeout=150)
    (problem,) = (found for found in cluster.problems if found.code == "requests_limited")
    assert problem.severity == "info"
    assert "Slurm limits requests" in problem.message
    assert cluster.jobs.plan == 2
    assert {job.job_id for job in controller.jobs} == jobs_of(slurm, controller, ended=True).keys()
    assert controller.stop(timeout=240) == 0
    assert jobs_of(slurm, controller) == {}


async def test_a_ping_that_is_not_answered_keeps_no_cluster_from_starting(
    start_slurm: StartSlurm, bent: BentCommands, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_slurm(limiting_requests())
    monkeypatch.setenv("PATH", bent.environment["PATH"])
    for _ in range(6):
        await source._ping()
    assert "show config" in bent.calls("scontrol"), "one was not answered, and it was asked otherwise"
