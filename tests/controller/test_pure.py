"""Phases, verdicts, sizes, idleness: tables of cases without a process."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.controller.options.sizing import JobSize, resolve_scaling
from jupyter_dask_slurm.controller.problems.idle import Activity, idle_since, is_over
from jupyter_dask_slurm.controller.reconcile.end_policy import end_policy
from jupyter_dask_slurm.controller.state.jobs import End, JobTable, SlurmView, TrackedJob, worker_names
from jupyter_dask_slurm.controller.state.phases import phase_of
from jupyter_dask_slurm.controller.state.slurm_watch import end_of, is_settled
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.slurm.end_states import EndState

BOTH = ("c-0-0", "c-0-1")


def job(state: str | None = "RUNNING", **facts: Any) -> TrackedJob:
    seen = (
        None
        if state is None
        else SlurmView(state, started=None if state == "PENDING" else 50.0, node="n1", cores=4)
    )
    return TrackedJob("c-0", BOTH, asked_at=0.0, job_id="7_0", seen=seen, **facts)


@pytest.mark.parametrize(
    ("tracked", "connected", "phase"),
    [
        (job(None), (), "queued"),
        (job("PENDING"), (), "queued"),
        (job("CONFIGURING"), (), "queued"),
        (job("RUNNING"), (), "starting"),
        (job("A_STATE_OF_THE_FUTURE"), (), "starting"),
        (job("RUNNING"), BOTH[:1], "starting"),
        (job("PENDING"), BOTH, "working"),
        (job("RUNNING"), BOTH, "working"),
        (job("RUNNING", connected_at=60.0), BOTH[:1], "missing"),
        (job("RUNNING", connected_at=60.0), (), "missing"),
        (job("PENDING", connected_at=60.0), (), "queued"),
        (job("RUNNING", end=End("TIMEOUT", 90.0)), BOTH, "ended"),
    ],
)
def test_phase(tracked: TrackedJob, connected: tuple[str, ...], phase: str) -> None:
    assert phase_of(tracked, connected) == phase


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
def test_verdict(tracked: TrackedJob, state: str, keep: bool, policy: str) -> None:
    assert end_policy(tracked, End(state, 90.0), keep_jobs=keep) == policy


def test_a_job_near_its_walltime_is_not_counted_twice() -> None:
    job_table = JobTable("c", 1)
    old = job_table.new(0.0)
    assert not job_table.has_replacement(old, 1)
    old.expiring_since = 50.0
    assert not job_table.has_replacement(old, 1)
    job_table.new(50.0)
    assert job_table.has_replacement(old, 1)
    assert not job_table.has_replacement(old, 2)
    end = End("CANCELLED", 90.0)
    assert end_policy(old, end, keep_jobs=True, replaced=True) == "asked"


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
    assert end_of(tracked, EndState("7_0", "UNKNOWN")).state == state


def test_settled_means_that_nothing_is_left_to_ask() -> None:
    assert is_settled(job(), BOTH)
    assert not is_settled(job(), BOTH[:1])
    assert not is_settled(job("PENDING"), BOTH), "node and times are not known"
    assert not is_settled(job(cancelling=True), BOTH)


SIZE = JobSize(processes=4, cores=8, memory_bytes=16 * 10**9)


@pytest.mark.parametrize(
    ("request_", "jobs"),
    [
        ({"mode": "manual", "jobs": 3}, 3),
        ({"jobs": 0}, 0),
        ({"workers": 9}, 3),
        ({"cores": 48}, 6),
        ({"memory": "200 GB"}, 13),
        ({"memory": "0 GB"}, 0),
    ],
)
def test_sizes_are_rounded_up_to_whole_jobs(request_: dict[str, Any], jobs: int) -> None:
    assert resolve_scaling(request_, SIZE).to_json() == {"mode": "manual", "jobs": jobs}


def test_adaptive_limits() -> None:
    request = {"mode": "adaptive", "minimum_jobs": 1, "maximum_jobs": 5}
    assert resolve_scaling(request, SIZE).to_json() == request


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"jobs": True},
        {"jobs": 2.0},
        {"jobs": -1},
        {"workers": "8"},
        {"memory": "lots"},
        {"memory": 7},
        {"mode": "adaptive"},
        {"mode": "adaptive", "minimum_jobs": 3, "maximum_jobs": 2},
    ],
)
def test_other_sizes_are_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        resolve_scaling(request_, SIZE)
    assert (caught.value.field or "").startswith("scaling")


def test_names_are_those_that_dask_gives() -> None:
    assert worker_names("c-3", 1) == ("c-3",)
    assert worker_names("c-3", 2) == ("c-3-0", "c-3-1")


def test_core_hours_count_ended_and_forgotten_jobs() -> None:
    job_table = JobTable("c", 2)
    first = job_table.new(0.0)
    first.seen, first.end = SlurmView("RUNNING", started=0.0, cores=4), End("TIMEOUT", 3600.0)
    second = job_table.new(0.0)
    second.seen = SlurmView("RUNNING", started=3600.0, cores=2)
    assert job_table.core_hours(now=7200.0) == 6.0
    job_table.forget_old(now=7201.0)
    assert [known.name for known in job_table] == ["c-1"]
    assert job_table.core_hours(now=7200.0) == 6.0
    assert job_table.new(7201.0).name == "c-2"


def test_idle() -> None:
    as_ended = Activity(workers=2, jobs_on_their_way=0, open_tasks=0)
    assert idle_since(as_ended, None, 10.0) == 10.0
    assert idle_since(as_ended, 10.0, 20.0) == 10.0
    assert idle_since(Activity(0, 0, 0), None, 10.0) is None
    assert idle_since(Activity(2, 1, 0), 10.0, 20.0) is None
    assert idle_since(Activity(2, 0, 1), 10.0, 20.0) is None
    assert is_over(10.0, 60, 70.0)
    assert not is_over(10.0, 60, 69.0)
    assert not is_over(10.0, 0, 1e9)
    assert not is_over(None, 60, 1e9)
