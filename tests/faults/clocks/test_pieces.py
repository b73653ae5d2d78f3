"""What measures time: by pieces, with clocks that are moved by hand."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Scheduler

from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.contact.heartbeat import Heartbeat
from jupyter_dask_slurm.clusters.ending import endings
from jupyter_dask_slurm.clusters.ending.endings import Endings
from jupyter_dask_slurm.clusters.following import afar
from jupyter_dask_slurm.controller.backend.scheduler import ControllerScheduler
from jupyter_dask_slurm.controller.reconcile.loop import Reconciler
from jupyter_dask_slurm.controller.state.jobs import SlurmView, TrackedJob
from jupyter_dask_slurm.controller.state.slurm_time import SlurmTime
from jupyter_dask_slurm.controller.state.slurm_watch import end_of
from jupyter_dask_slurm.protocol.models import Cluster, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.slurm.end_states import EndState
from jupyter_dask_slurm.system import clock
from jupyter_dask_slurm.system.clock import Clock

_SAMPLE = Path(__file__).parents[3] / "contract" / "cluster-running.json"


class Hands:
    """Two clocks that only a test moves."""

    def __init__(self, wall: float = 1_800_000_000.0, steady: float = 100.0) -> None:
        self.wall = wall
        self.steady = steady

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += seconds
        self.steady += seconds


def _clock(hands: Hands) -> Clock:
    return Clock(lambda: hands.wall, lambda: hands.steady)


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_a_clock_never_jumps_and_shows_what_the_machines_says(jump_s: float) -> None:
    hands = Hands()
    ours = _clock(hands)
    before = ours.now()
    assert ours.moment(before) == iso_time(1_800_000_000)
    hands.pass_by(10)
    hands.wall += jump_s
    assert ours.now() - before == 10
    assert ours.moment(before) == iso_time(1_800_000_000 + jump_s)


def test_what_is_shown_does_not_flicker() -> None:
    hands = Hands()
    ours = _clock(hands)
    for tenth in range(-9, 10):
        hands.wall = 1_800_000_000.0 + tenth / 10
        assert ours.moment(1_800_000_000.0) == iso_time(1_800_000_000)


def _beat(hands: Hands, age_s: float) -> Heartbeat:
    written = iso_time(hands.wall - age_s)
    return Heartbeat(written, 180.0, 45.0, wall=lambda: hands.wall, steady=lambda: hands.steady)


def test_a_heartbeat_that_looks_old_is_looked_at_all_the_same() -> None:
    hands = Hands()
    beat = _beat(hands, age_s=7200)  # or both clocks differ by as much
    assert beat.left_s() == 45
    hands.pass_by(44)
    assert beat.left_s() > 0
    beat.changed(iso_time(hands.wall - 7200))
    hands.pass_by(44)
    assert beat.left_s() > 0, "it changes: its writer lives, whatever its clock says"
    hands.pass_by(2)
    assert beat.left_s() <= 0


@pytest.mark.parametrize("age_s", [0.0, -7200.0])
def test_a_heartbeat_that_looks_young_is_old_when_it_has_not_changed_for_long(age_s: float) -> None:
    hands = Hands()
    beat = _beat(hands, age_s)
    hands.steady += 179
    assert beat.left_s() > 0
    hands.steady += 2
    assert beat.left_s() <= 0


def test_a_jump_forward_alone_makes_no_heartbeat_old() -> None:
    hands = Hands()
    beat = _beat(hands, age_s=1)
    hands.wall += 86_400
    assert beat.left_s() == 45


@pytest.mark.parametrize("age_s", [0.0, 7200.0, -7200.0])
def test_silence_is_judged_by_what_was_seen_alone(age_s: float) -> None:
    hands = Hands()
    beat = _beat(hands, age_s)
    hands.wall += 86_400
    hands.steady += 179
    assert not beat.silent, "whatever any clock says"
    hands.steady += 2
    assert beat.left_s() <= 0
    assert beat.silent == (beat.left_s() <= 0)
    beat.changed(iso_time(hands.wall - age_s))
    assert beat.left_s() > 0


def test_time_in_which_nobody_could_look_is_not_counted() -> None:
    hands = Hands()
    beat = _beat(hands, age_s=7200)
    beat.looked()
    # The disk does not answer, or Jupyter itself stands still; that is seen before it looks again.
    hands.pass_by(3600)
    assert beat.left_s() > 0
    said = []
    for _ in range(35):  # beside the 15 s that may pass between two looks
        said.append(beat.silent)
        hands.pass_by(5)
        beat.looked()
    assert said == [False] * 34 + [True]


@pytest.mark.parametrize("apart_s", [0, 3600, -3600])
def test_slurms_clock_is_learnt_from_submissions(apart_s: int) -> None:
    learnt = SlurmTime()
    learnt.learn(iso_time(1_800_000_000 + apart_s), 1_799_999_999.5, 1_800_000_000.2)
    ours = learnt.ours(iso_time(1_800_000_060 + apart_s))
    assert ours is not None
    assert abs(ours - 1_800_000_060) <= 3
    assert (learnt.ahead_s == 0) == (apart_s == 0)
    assert learnt.ours(None) is None


def test_a_slow_answer_says_nothing_against_equal_clocks() -> None:
    learnt = SlurmTime()
    learnt.learn(iso_time(1_800_000_090), 1_800_000_000.0, 1_800_000_120.0)
    assert learnt.ahead_s == 0


def test_no_job_ends_before_it_began_nor_after_now() -> None:
    job = TrackedJob("c-0", ("c-0",), clock.now() - 100, "7")
    job.seen = SlurmView("RUNNING", started=clock.now() - 50, ends=clock.now() + 50)
    for ended in (-7200, 7200):
        end = EndState("7", "FAILED", exit_code="1:0", ended_at=iso_time(clock.now() + ended))
        at = end_of(job, end, SlurmTime()).at
        assert job.seen.started is not None
        assert job.seen.started <= at <= clock.now()


async def test_dask_does_not_restart_workers_because_the_clock_has_jumped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float] = []

    async def look(scheduler: Any) -> None:
        seen.append(scheduler.workers["w"].last_seen)

    monkeypatch.setattr(Scheduler, "check_worker_ttl", look)
    hands = Hands()
    ours = _clock(hands)
    monkeypatch.setattr(clock, "ahead_s", ours.ahead_s)
    monkeypatch.setattr("time.time", lambda: hands.wall)
    worker = SimpleNamespace(last_seen=hands.wall)
    scheduler: Any = ControllerScheduler.__new__(ControllerScheduler)
    scheduler.workers, scheduler._ahead_s = {"w": worker}, ours.ahead_s()
    hands.pass_by(10)
    await scheduler.check_worker_ttl()
    hands.wall += 3600
    await scheduler.check_worker_ttl()
    hands.pass_by(400)
    await scheduler.check_worker_ttl()
    assert seen == [1_800_000_000.0, hands.wall - 400, hands.wall - 400]


def test_a_job_whose_workers_are_gone_is_not_given_up_before_slurm_was_asked() -> None:
    answers = [False]
    watch = SimpleNamespace(has_answered_since=lambda _moment: answers[0])
    state = SimpleNamespace(one_allocation=False, replaces_none=False)
    loop: Any = SimpleNamespace(_watch=watch, _state=state)
    job = TrackedJob("c-0", ("c-0",), 0.0, "7", lost_at=10.0)
    missing_s = Reconciler._missing_s
    assert missing_s(loop, job, 500.0) == 0
    answers[0] = True
    assert missing_s(loop, job, 500.0) == 490


async def test_a_record_of_another_host_that_changes_is_never_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in ((afar, "INTERVAL_S"), (endings, "LOOK_AGAIN_S")):
        monkeypatch.setattr(module, name, 0.1)
    registry = Registry(tmp_path / "shared")
    cluster = dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), backend="local")
    directory = str(registry.create(cluster.id))
    # Its clock is an hour behind ours, and does not even go.
    record = Record(cluster, "login7", "boot", "n", "/nowhere", directory, iso_time(clock.now() - 3600))
    registry.write(record)
    clusters = ClusterList(registry)
    clearing = Endings(registry, clusters)
    handle = clusters.add(record)
    handle.heartbeat = Heartbeat(record.heartbeat_at, sure_s=3.0)
    await clearing.stop_from_afar(handle)
    for _ in range(12):
        registry.write(record)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(handle.gone.wait(), 0.5)
    assert registry.ids() == [cluster.id]
    await asyncio.wait_for(handle.gone.wait(), 60)
    assert registry.ids() == []
    await clearing.close()
    await clusters.close()
