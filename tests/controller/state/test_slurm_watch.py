"""What is asked of Slurm, and what its silence about a job means."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.state.jobs import JobTable, SlurmView, TrackedJob
from jupyter_dask_slurm.controller.state.news import take_in
from jupyter_dask_slurm.controller.state.phases import phase_of
from jupyter_dask_slurm.controller.state.slurm_time import SlurmTime
from jupyter_dask_slurm.controller.state.slurm_watch import ALL_S, REST, SlurmWatch, end_of, is_settled
from jupyter_dask_slurm.protocol.errors import SlurmAmbiguous
from jupyter_dask_slurm.slurm import queue
from jupyter_dask_slurm.slurm.end_states import EndState
from jupyter_dask_slurm.system import clock
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
    assert not is_settled(job(silent_since=70.0), BOTH), "why does it say nothing?"
    assert not is_settled(job("SUSPENDED"), BOTH), "it was resumed: until when does it run now?"


def test_when_slurm_is_asked_about_a_settled_job() -> None:
    table = JobTable("c", 2)
    watch = SlurmWatch(table, lambda: BOTH)
    assert watch.next_look(clock.now()) is None, "there is none"
    settled = job()
    table.jobs[settled.name] = settled
    now = clock.now()
    due = watch.next_look(now)
    assert due is not None
    assert now + ALL_S - 60 < due <= now + ALL_S, "once in ten minutes"
    watch.ask_about(settled)
    assert (watch.next_look(now) or now) < now, "before anything is concluded from what is known"


async def test_after_a_slow_answer_slurm_is_left_in_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(clock, "now", lambda: now)

    async def slow(_asked: object) -> dict[str, object]:
        nonlocal now
        now += 10
        raise SlurmAmbiguous("late")

    monkeypatch.setattr(queue, "jobs", slow)
    table = JobTable("c", 2)
    table.jobs["c-0"] = job("PENDING")
    watch = SlurmWatch(table, lambda: BOTH)
    with pytest.raises(SlurmAmbiguous):
        await watch.look()
    watch.something_happened()
    assert watch.next_look(now) == now + REST * 10


def test_a_job_that_was_put_back_begins_anew() -> None:
    tracked = job(connected_at=60.0, lost_at=90.0, silent_since=80.0, expiring_since=70.0)
    take_in(tracked, SlurmView("PENDING", "BeginTime", restarts=1), complete=False, now=100.0)
    assert (tracked.connected_at, tracked.lost_at, tracked.expiring_since) == (None, None, None)
    take_in(tracked, SlurmView("RUNNING", started=220.0, restarts=1), complete=False, now=230.0)
    # Else it would be missing since long, and be replaced while it starts.
    assert (phase_of(tracked, ()), tracked.lost_at) == ("starting", None)
    assert tracked.seen
    assert tracked.seen.started == 220.0


def test_what_slurm_says_anew_of_a_job() -> None:
    suspended = job("SUSPENDED", connected_at=60.0, lost_at=90.0)
    take_in(suspended, SlurmView("RUNNING", started=50.0), complete=False, now=1000.0)
    assert suspended.lost_at == 1000.0, "its workers could not come back before"
    expiring = job(expiring_since=70.0)
    for ends, since in ((600.0, 70.0), (610.0, 70.0), (1200.0, None)):
        take_in(expiring, SlurmView("RUNNING", started=50.0, ends=ends), complete=True, now=100.0)
        assert expiring.expiring_since == since, ends
