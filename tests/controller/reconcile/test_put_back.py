"""Which jobs need not wait for the time that Slurm gives a node to come back."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.reconcile.end_policy import end_policy
from jupyter_dask_slurm.controller.reconcile.put_back import is_put_back
from jupyter_dask_slurm.controller.state.jobs import End, SlurmView, TrackedJob
from jupyter_dask_slurm.slurm.installation.node_states import parse_states
from tests.controller.sample_job import BOTH

_WAITS = SlurmView("PENDING", "BeginTime", restarts=1)


def _job(seen: SlurmView = _WAITS, *, last_node: str | None = "n1", **facts: object) -> TrackedJob:
    return TrackedJob("c-0", BOTH, 0.0, "7_0", seen=seen, last_node=last_node, **facts)  # type: ignore[arg-type]


def test_a_job_that_waits_only_because_slurm_has_put_it_back() -> None:
    assert is_put_back(_job(), ())
    assert is_put_back(_job(silent_since=50.0), BOTH), "its node has no power, and Dask has not noticed"


@pytest.mark.parametrize(
    "job",
    [
        _job(SlurmView("PENDING", "Priority", restarts=1)),
        _job(SlurmView("PENDING", "BeginTime")),  # as its user wanted it
        _job(SlurmView("RUNNING", restarts=1)),
        _job(last_node=None),
        _job(judged_restarts=1),
        _job(cancelling=True),
        _job(cancelling=True, giving_way=True),
        _job(retiring=True),
    ],
)
def test_others_are_left_alone(job: TrackedJob) -> None:
    assert not is_put_back(job, ())


def test_a_job_whose_workers_are_heard_of_runs_in_truth() -> None:
    assert not is_put_back(_job(), BOTH[:1])


def test_a_job_that_gives_way_counts_for_the_plan_until_it_is_gone() -> None:
    job = _job(cancelling=True, giving_way=True)
    assert job.wanted
    end = End("CANCELLED", 90.0)
    assert end_policy(job, end, keep_jobs=True) == "asked", "so the plan stays"
    job.end = end
    assert not job.wanted


def test_failed_nodes() -> None:
    states = {"n1": "down", "n2": "down*", "n3": "idle*", "n4": "mixed", "n5": "idle~", "n6": "draining"}
    rows = "".join(f"{node}|{state}|\n" for node, state in states.items())
    assert parse_states(f"NODELIST|STATE|\nWelcome to n4|down|\n{rows}") == {"n1", "n2", "n3"}
