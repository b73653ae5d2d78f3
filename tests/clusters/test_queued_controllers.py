"""A controller whose own job never comes: when that is said, with which words, and what is done."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.following import queued
from jupyter_dask_slurm.clusters.following.own_job import OwnJob
from jupyter_dask_slurm.clusters.handle import ClusterHandle
from jupyter_dask_slurm.controller.main import run_cluster
from jupyter_dask_slurm.protocol.models import Record, epoch_time, iso_time
from jupyter_dask_slurm.protocol.models.problem import NEVER_STARTS, SUBMIT_UNKNOWN
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.files import make_private_directory, write_json
from tests.clusters.fake_controllers import FakeStarter

WORDS = "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying"
LIMIT_S = 20.0


class Queued:
    """A cluster whose controller waits for its job, in a Slurm that has none."""

    def __init__(self, shared: Path, record: Record) -> None:
        self.registry = Registry(shared)
        self.news = asyncio.Event()
        self.handle = ClusterHandle(record, self.registry, lambda _handle: self.news.set())
        self.cancelled = asyncio.Event()

    def sent(self, written_at: str, **outcome: str) -> None:
        """Write down a submission of its controller's job."""
        on_disk = self.handle.record.on_disk
        make_private_directory(on_disk.submissions)
        write_json(on_disk.controller_submission, {"written_at": written_at, **outcome})

    async def until(self, holds: Any) -> None:
        """Wait until something holds of the cluster."""

        async def wait() -> None:
            while not holds(self.handle.cluster):
                self.news.clear()
                await self.news.wait()

        await asyncio.wait_for(wait(), LIMIT_S)


@pytest.fixture
def waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Queued]:
    """Return one that is not followed yet; all that is waited for comes at once."""
    for name in ("LOOK_S", "FIRST_ASK_S", "LONGEST_ASK_S"):
        monkeypatch.setattr(queued, name, 0.02)
    starter: Any = FakeStarter(Registry(tmp_path / "shared"))
    spec: Any = type("Spec", (), {"name": "ocean", "replaces": None})()
    accepted = jp_asyncio_loop.run_until_complete(starter.accepted(spec, None, [], "ocean-0123"))
    draft = jp_asyncio_loop.run_until_complete(starter.place(accepted))
    info = dataclasses.replace(draft.record.cluster.controller, placement="job", job_id=None)
    cluster = dataclasses.replace(draft.record.cluster, backend="slurm", controller=info)
    record = dataclasses.replace(draft.record, cluster=cluster)
    found = Queued(tmp_path / "shared", record)
    found.registry.write(record)

    async def nothing(_job: OwnJob) -> None:
        return None

    async def cancel(_job: OwnJob) -> None:
        found.cancelled.set()

    for name, instead in (("look", nothing), ("end", nothing), ("cancel", cancel)):
        monkeypatch.setattr(OwnJob, name, instead)
    yield found
    jp_asyncio_loop.run_until_complete(found.handle.close())


async def test_what_sbatch_said_is_on_the_card_and_in_the_error(
    waiting: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued, "LAUNCH_LIMIT_S", 1.0)
    waiting.sent(iso_time(), in_doubt=WORDS)
    waiting.handle.follow(lambda: _follow(waiting.handle))
    await waiting.until(lambda cluster: bool(cluster.problems))
    (problem,) = waiting.handle.cluster.problems
    assert (problem.code, problem.details) == (SUBMIT_UNKNOWN.code, WORDS)
    await waiting.until(lambda cluster: cluster.status == "failed")
    error = waiting.handle.cluster.error
    assert error is not None
    assert (error.message, error.details) == (
        "The controller could not start: Slurm has not taken its controller's job.", WORDS,
    )  # fmt: skip
    assert waiting.handle.cluster.problems == ()


async def test_a_job_that_never_starts_is_a_problem_for_as_long_as_slurm_says_so(
    waiting: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    reasons = iter(["PartitionTimeLimit", "PartitionTimeLimit", "Priority"])

    async def look(_job: OwnJob) -> Any:
        return SimpleNamespace(job_id="17", state="PENDING", reason=next(reasons), expected_start_at=None)

    monkeypatch.setattr(OwnJob, "look", look)
    follower, found = queued.FollowsQueued(waiting.handle), []
    for _ in range(3):
        await follower._ask()
        found.append(waiting.handle.cluster)
    (problem,) = found[0].problems
    assert (problem.code, problem.no_workers, problem.job_ids) == (NEVER_STARTS.code, True, ("17",))
    assert problem.message == (
        "The controller's own job 17 will never start: Its walltime is longer than its partition allows."
    )
    assert found[1] == found[0]
    assert (found[2].problems, found[2].waiting is not None) == ((), True)


async def test_who_asks_once_hears_why_it_waits(waiting: Queued, monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(_job: OwnJob) -> Any:
        await asyncio.sleep(0)
        return SimpleNamespace(job_id="17", state="PENDING", reason="Priority", expected_start_at=None)

    monkeypatch.setattr(OwnJob, "look", look)
    waiting.handle.follow(lambda: _follow(waiting.handle))
    await waiting.handle.wait_until_told(LIMIT_S)
    assert waiting.handle.cluster.waiting is not None


async def test_one_that_slurm_has_taken_and_has_no_more_has_ended_whoever_looks(
    waiting: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end(job: OwnJob) -> Any:
        return SimpleNamespace(state="CANCELLED", text="Somebody cancelled it.") if job.job_id else None

    monkeypatch.setattr(OwnJob, "end", end)
    waiting.sent(iso_time(), job_id="17")
    await queued.FollowsQueued(waiting.handle)._ask()
    assert waiting.handle.cluster.status == "failed"
    assert waiting.handle.cluster.error is not None
    assert waiting.handle.cluster.error.message == (
        "The controller could not start: its controller's job 17 ended (CANCELLED): somebody cancelled it."
    )


async def test_one_that_slurm_takes_while_it_is_asked_has_not_ended(
    waiting: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(_job: OwnJob) -> None:
        waiting.sent(iso_time(), job_id="17")  # its answer was of the moment before

    async def end(_job: OwnJob) -> Any:
        return SimpleNamespace(state="UNKNOWN", text="")

    monkeypatch.setattr(OwnJob, "look", look)
    monkeypatch.setattr(OwnJob, "end", end)
    waiting.sent(iso_time())
    await queued.FollowsQueued(waiting.handle)._ask()
    assert waiting.handle.cluster.status == "starting"


async def test_one_that_slurm_does_not_call_ended_has_not(waiting: Queued) -> None:
    waiting.sent(iso_time(), job_id="17")
    await queued.FollowsQueued(waiting.handle)._ask()
    assert waiting.handle.cluster.status == "starting"


async def test_one_that_has_begun_after_all_is_not_cancelled(waiting: Queued) -> None:
    record = waiting.registry.read(waiting.handle.id)
    running = dataclasses.replace(record.cluster, status="running")
    waiting.registry.write(dataclasses.replace(record, pid=17, cluster=running))
    assert await queued.FollowsQueued(waiting.handle)._cancel_late()
    assert not waiting.cancelled.is_set()


async def test_it_is_given_its_time_from_when_it_was_sent(waiting: Queued) -> None:
    follower = queued.FollowsQueued(waiting.handle)
    follower._launch.changed(iso_time(0))  # made long ago: its predecessor took long to end
    waiting.sent(iso_time())
    await follower._ask()
    assert follower._launch.left_s() > queued.LAUNCH_LIMIT_S - LIMIT_S
    # Who looks later counts from then too.
    other = queued.FollowsQueued(waiting.handle)
    waiting.sent(iso_time(epoch_time(iso_time()) - 60))
    await other._ask()
    assert other._launch.left_s() < queued.LAUNCH_LIMIT_S - LIMIT_S


async def test_what_comes_of_it_after_all_is_cancelled_and_shown(
    waiting: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued, "LAUNCH_LIMIT_S", 0.0)
    waiting.handle.follow(lambda: _follow(waiting.handle))
    await waiting.until(lambda cluster: cluster.status == "failed")
    await asyncio.wait_for(waiting.cancelled.wait(), LIMIT_S)
    record = waiting.registry.read(waiting.handle.id)
    running = dataclasses.replace(record.cluster, status="running", error=None)
    waiting.registry.write(dataclasses.replace(record, pid=17, cluster=running))
    await waiting.until(lambda cluster: cluster.status == "running")


async def test_a_controller_that_was_given_up_starts_nothing(waiting: Queued) -> None:
    """Whoever gave it up may be gone, and its job come much later."""
    record = waiting.registry.read(waiting.handle.id)
    waiting.registry.write(
        dataclasses.replace(record, cluster=dataclasses.replace(record.cluster, status="failed"))
    )
    spec: Any = SimpleNamespace(on_disk=record.on_disk)
    assert await run_cluster(spec, asyncio.Event()) == 1
    assert waiting.registry.read(waiting.handle.id).cluster.status == "failed"
    assert waiting.registry.read(waiting.handle.id).cluster.error is None


async def _follow(handle: ClusterHandle) -> None:
    await queued.FollowsQueued(handle).run()
