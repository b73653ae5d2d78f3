"""The clock of a controller's machine is set while it runs: nothing ends by that, or is submitted again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.models import Cluster, epoch_time
from tests.controller.process import QUICK, ControllerProcess, new_directory
from tests.faults.clocks.moved import MovedClock
from tests.faults.views import codes, jobs_of
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

HOUR_S = 3600.0
Start = Callable[..., ControllerProcess]


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    """Return the clock of this test's controllers."""
    folder = tmp_path / "clock"
    folder.mkdir()
    return MovedClock(folder)


@pytest.fixture
def start(clock: MovedClock, tmp_path: Path) -> Iterator[Start]:
    """Start controllers with that clock on the run's Slurm."""
    started: list[ControllerProcess] = []

    def begin(*, jobs: int = 1, **arguments: object) -> ControllerProcess:
        scaling = {"mode": "manual", "jobs": jobs}
        controller = ControllerProcess(
            new_directory(tmp_path), "slurm", scaling=scaling, environment=clock.environment,
            **arguments,  # type: ignore[arg-type]
        )  # fmt: skip
        started.append(controller)
        return controller

    yield begin
    for controller in started:
        controller.close()


def _beats(controller: ControllerProcess, times: int) -> None:
    """Wait until the controller has written its record so often, as it does each half minute."""
    for _ in range(times):
        before = (controller.directory / "record.json").stat().st_ino
        wait_until(
            lambda before=before: (controller.directory / "record.json").stat().st_ino != before,  # type: ignore[misc]
            "the record is written anew",
        )


# Forward is what the next test sets it, too.
@pytest.mark.parametrize("ahead_s", [-HOUR_S, pytest.param(HOUR_S, marks=pytest.mark.nightly)])
def test_jobs_that_somebody_cancels_are_not_submitted_again(
    slurm: SlurmClient, start: Start, clock: MovedClock, ahead_s: float
) -> None:
    controller = start(jobs=2, options=QUICK)
    controller.working(jobs=2)
    clock.set_ahead(ahead_s)
    victim = min(jobs_of(slurm, controller))
    slurm.run("scancel", victim)
    cluster = controller.until(lambda c: c.problems, timeout=55)
    assert codes(cluster) == ["cancelled_outside"]
    assert (cluster.jobs.plan, cluster.status) == (1, "running")
    assert controller.history.count("submitted") == 1
    clock.set_ahead(0)
    # What is queued is looked after as before, too.
    controller.scale(3)
    controller.working(jobs=3)
    assert controller.history.count("submitted") == 2


def test_set_forward_nothing_ends_and_nothing_is_forgotten(
    slurm: SlurmClient, start: Start, clock: MovedClock
) -> None:
    controller = start(jobs=2, options=QUICK, idle_timeout_s=3000)
    controller.working(jobs=2)
    controller.scale(1)
    controller.until(lambda c: c.jobs.working == 1 and c.idle_since is not None)
    wait_until(lambda: any(job.phase == "ended" for job in controller.jobs), "a job has ended")
    before = controller.cluster
    clock.set_ahead(2 * HOUR_S)
    _beats(controller, 2)
    after = controller.cluster
    assert (after.status, after.problems) == ("running", ())
    assert sorted(job.phase for job in controller.jobs) == ["ended", "working"]
    assert after.workers is not None
    assert after.workers.connected == 1
    _check_times(before, after, 2 * HOUR_S)
    # It still ends when it has been idle for as long as it may.
    assert controller.request("PATCH", "/control/cluster", {"idle_timeout_s": 5})[0] == 200
    assert controller.process.wait(60) == 0
    assert slurm.jobs_of(controller.spec.cluster_id) == {}


def _check_times(before: Cluster, after: Cluster, ahead_s: float) -> None:
    """Check that moments are shown by the clock as it goes now, and that no duration has changed by it."""
    assert before.idle_since is not None
    assert after.idle_since is not None
    assert after.closes_at is not None
    moved = epoch_time(after.idle_since) - epoch_time(before.idle_since)
    assert abs(moved - ahead_s) <= 2
    left_s = epoch_time(after.closes_at) - (time.time() + ahead_s)
    assert 2500 < left_s <= 3001
    assert before.core_hours is not None
    assert after.core_hours is not None
    assert before.core_hours <= after.core_hours < 0.2


def test_set_back_it_still_ends_when_it_is_idle(slurm: SlurmClient, start: Start, clock: MovedClock) -> None:
    controller = start(options=QUICK, idle_timeout_s=25)
    controller.working(jobs=1)
    controller.until(lambda c: c.idle_since is not None)
    clock.set_ahead(-HOUR_S)
    assert controller.process.wait(60) == 0
    ended = controller.record.cluster.ended
    assert ended is not None
    assert "Idle for 25 s" in ended.reason
    assert slurm.jobs_of(controller.spec.cluster_id) == {}
