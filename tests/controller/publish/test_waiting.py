"""Why queued jobs wait: one sentence for all of them."""

from __future__ import annotations

from typing import Any

from jupyter_dask_slurm.controller.publish.snapshot import count, waiting
from jupyter_dask_slurm.controller.state.jobs import SlurmView, TrackedJob
from jupyter_dask_slurm.protocol.models import Waiting

NOW = 1_000.0


def job(number: int, **said: Any) -> TrackedJob:
    name = f"c-{number}"
    return TrackedJob(name, (name,), asked_at=0.0, job_id=str(number), seen=SlurmView("PENDING", **said))


def test_the_reason_of_most() -> None:
    jobs = [job(1, reason="Resources"), job(2, reason="Priority"), job(3, reason="Priority")]
    assert waiting(jobs, NOW) == Waiting("Priority", "Jobs with higher priority are ahead.")


def test_the_earliest_start_that_is_yet_to_come() -> None:
    jobs = [job(number, expected_start=start) for number, start in enumerate((NOW - 1, 4_600.0, 2_800.0))]
    found = waiting(jobs, NOW)
    assert found is not None
    assert found.expected_start_at == "1970-01-01T00:46:40Z"


def test_slurm_has_not_said_why() -> None:
    assert waiting([job(1)], NOW) == Waiting(None, "Slurm has not said yet why it waits.")


def test_only_jobs_that_wait_and_shall_stay_speak() -> None:
    works, going, runs = (job(number, reason="Priority") for number in (1, 2, 3))
    going.cancelling = True
    runs.seen = SlurmView("RUNNING")
    unseen = TrackedJob("c-4", ("c-4",), asked_at=0.0, job_id="4")
    queued = count([works, going, runs, unseen], {"c-1": None}).queued
    assert queued == [unseen]
    assert waiting(queued, NOW) is None, "Slurm has not shown it yet"
