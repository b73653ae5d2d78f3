"""What is asked of Slurm, and what its silence about a job means."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.state.jobs import SlurmView, TrackedJob
from jupyter_dask_slurm.controller.state.slurm_time import SlurmTime
from jupyter_dask_slurm.controller.state.slurm_watch import end_of, is_settled
from jupyter_dask_slurm.slurm.end_states import EndState
from tests.controller.sample_job import BOTH, job


@pytest.mark.parametrize(
    ("tracked", "state"),
    [
        (job("PENDING"), "CANCELLED"),
        # A disk that does not say whether there is a log.
        (job("PENDING", stdout=f"/{'x' * 5000}"), "CANCELLED"),
        (job("RUNNING"), "UNKNOWN"),
        (TrackedJob("c-0", BOTH, 0.0, "7", seen=SlurmView("RUNNING", started=1.0, ends=2.0)), "TIMEOUT"),
    ],
)
def test_a_job_that_slurm_has_forgotten(tracked: TrackedJob, state: str) -> None:
    assert end_of(tracked, EndState("7_0", "UNKNOWN"), SlurmTime()).state == state


def test_settled_means_that_nothing_is_left_to_ask() -> None:
    assert is_settled(job(), BOTH)
    assert not is_settled(job(), BOTH[:1])
    assert not is_settled(job("PENDING"), BOTH), "node and times are not known"
    assert not is_settled(job(cancelling=True), BOTH)
