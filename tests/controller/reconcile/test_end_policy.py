"""What the end of a job means for the plan: every case, a line each."""

from __future__ import annotations

import dataclasses

import pytest

from jupyter_dask_slurm.controller.reconcile.end_policy import end_policy
from jupyter_dask_slurm.controller.state.jobs import End, TrackedJob
from tests.controller.sample_job import job


@pytest.mark.parametrize(
    ("tracked", "state", "keep", "policy"),
    [
        (job(cancelling=True), "CANCELLED", True, "asked"),
        (job(retiring=True), "COMPLETED", True, "asked"),
        (job(connected_at=1.0), "CANCELLED", True, "outside"),
        (job("PENDING"), "CANCELLED", True, "outside"),
        (job(connected_at=1.0), "TIMEOUT", True, "replace"),
        (job(connected_at=1.0), "TIMEOUT", False, "lower"),
        (job(connected_at=1.0), "FAILED", True, "replace"),
        (job(connected_at=1.0), "OUT_OF_MEMORY", True, "replace"),
        (job(), "NODE_FAIL", True, "replace"),
        (job(), "PREEMPTED", True, "replace"),
        (job(), "FAILED", True, "failed"),
        (job(), "TIMEOUT", False, "failed"),
    ],
)
def test_end_policy(tracked: TrackedJob, state: str, keep: bool, policy: str) -> None:
    assert end_policy(tracked, End(state, 90.0), keep_jobs=keep) == policy


def test_a_job_whose_place_is_taken_already_was_asked_to_go() -> None:
    assert end_policy(job(), End("CANCELLED", 90.0), keep_jobs=True, replaced=True) == "asked"


def test_a_job_given_up_for_workers_that_never_came_counts_as_failed() -> None:
    given_up = dataclasses.replace(job(), incomplete=True, cancelling=True)
    assert end_policy(given_up, End("CANCELLED", 90.0), keep_jobs=True, replaced=True) == "failed"
