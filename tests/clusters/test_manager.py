"""`ClusterManager` by itself: what is listed and told, whatever controllers, disk and other servers do."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.ending import endings
from jupyter_dask_slurm.clusters.following import here
from jupyter_dask_slurm.clusters.manager import ClusterManager
from jupyter_dask_slurm.clusters.substitute_record import substitute_record
from jupyter_dask_slurm.options.requests import ChangeRequest, ClusterRequest, RestartRequest, parse
from jupyter_dask_slurm.protocol.errors import (
    ClusterNotFound,
    LimitExceeded,
    NameTaken,
    StorageUnavailable,
    WrongState,
)
from jupyter_dask_slurm.protocol.models import Cluster, Ended, ErrorInfo
from jupyter_dask_slurm.registry import Registry
from tests.clusters.fake_controllers import FakeController, FakeStarter
from tests.slurm.client import wait_until

LIMIT_S = 20.0


class Managed:
    """A manager, and what it has told so far: names and states, None for one that has left the list."""

    def __init__(self, shared: Path) -> None:
        self.registry = Registry(shared)
        self.starter = FakeStarter(self.registry)
        self.told: list[tuple[str, str | None]] = []
        self._news = asyncio.Event()
        self._names: dict[str, str] = {}
        starter: Any = self.starter
        self.manager = ClusterManager(self.registry, starter, Limits(), self._hear)

    def _hear(self, cluster_id: str, cluster: Cluster | None) -> None:
        if cluster is not None:
            self._names[cluster_id] = cluster.name
        self.told.append((self._names[cluster_id], cluster.status if cluster else None))
        self._news.set()

    async def start(self, name: str | None = None, key: str | None = None) -> Cluster:
        """Start a cluster; returns before its controller has answered."""
        body = {} if name is None else {"name": name}
        return await self.manager.start(parse(ClusterRequest, body), key)

    async def running(self, name: str) -> tuple[Cluster, FakeController]:
        """Start a cluster; returns when it runs."""
        cluster = await self.start(name)
        await self.until(lambda: (name, "running") in self.told)
        return cluster, self.starter.controllers[cluster.id]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, which is looked at whenever something was told."""

        async def wait() -> None:
            while not holds():
                self._news.clear()
                await self._news.wait()

        await asyncio.wait_for(wait(), LIMIT_S)

    def names(self) -> list[str]:
        """Return the names of those that are listed."""
        return [cluster.name for cluster in self.manager.list()]


@pytest.fixture
def managed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> Iterator[Managed]:
    managed = Managed(tmp_path / "shared")
    monkeypatch.setattr(here, "ControllerClient", managed.starter.client)
    jp_asyncio_loop.run_until_complete(managed.manager.open())
    yield managed
    jp_asyncio_loop.run_until_complete(managed.manager.close())


CHANGE = parse(ChangeRequest, {"name": "lake"})
AGAIN = parse(RestartRequest, {})


async def test_a_cluster_is_listed_at_once_and_told_until_its_user_has_stopped_it(managed: Managed) -> None:
    cluster = await managed.start("ocean")
    assert cluster.status == "starting"
    assert managed.manager.get(cluster.id).id == cluster.id
    assert managed.told[0] == ("ocean", "starting")
    await managed.until(lambda: managed.told[-1] == ("ocean", "running"))
    assert managed.manager.get(cluster.id).controller.reachable
    controller = managed.starter.controllers[cluster.id]
    stopping = await managed.manager.stop(cluster.id)
    assert stopping is not None
    assert stopping.status == "stopping"
    assert controller.asked == ["stop"]
    managed.told.clear()
    controller.end()
    await managed.until(lambda: managed.told == [("ocean", None)])
    assert managed.names() == managed.registry.ids() == []
    with pytest.raises(ClusterNotFound):
        managed.manager.get(cluster.id)


async def test_one_that_ended_by_itself_stays_until_it_is_dismissed(managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    controller.end(Ended(cluster.created_at, "Idle."))
    await managed.until(lambda: managed.told[-1] == ("ocean", "stopped"))
    assert managed.names() == ["ocean"]
    assert await managed.manager.stop(cluster.id) is None
    assert managed.told[-1] == ("ocean", None)
    assert managed.names() == managed.registry.ids() == []


def _is_written(registry: Registry, cluster_id: str, status: str) -> bool:
    return registry.read(cluster_id).cluster.status == status


async def test_one_whose_controller_dies_is_lost_and_stays(managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    controller.die()
    await managed.until(lambda: managed.told[-1] == ("ocean", "lost"))
    # Once it is told it is written, beside the loop.
    written = partial(_is_written, managed.registry, cluster.id, "lost")
    await asyncio.to_thread(wait_until, written, "it is lost on disk too")
    assert managed.names() == ["ocean"]


async def test_how_a_process_ended_before_it_was_listed_is_said(managed: Managed) -> None:
    managed.starter.exit_code = 3
    cluster = await managed.start("ocean")
    await managed.until(lambda: managed.told[-1] == ("ocean", "failed"))
    error = managed.manager.get(cluster.id).error
    assert error is not None
    assert "with exit code 3" in error.message


async def test_a_name_is_had_once_and_again_when_its_cluster_is_gone(managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    with pytest.raises(NameTaken):
        await managed.start("ocean")
    await managed.start()
    await managed.start()
    assert managed.names() == ["ocean", "dask-1", "dask-2"]
    await managed.manager.stop(cluster.id)
    controller.end()
    await managed.until(lambda: ("ocean", None) in managed.told)
    await managed.start("ocean")
    assert sorted(managed.names()) == ["dask-1", "dask-2", "ocean"]


async def test_the_name_of_a_cluster_that_is_gone_is_claimed_no_longer(managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    claims = managed.registry.shared / "names"
    assert len(list(claims.iterdir())) == 1
    await managed.manager.stop(cluster.id)
    controller.end()
    await managed.until(lambda: ("ocean", None) in managed.told)
    await managed.manager.close()
    assert list(claims.iterdir()) == []


async def test_a_name_that_was_never_claimed_is_had_all_the_same(managed: Managed) -> None:
    """By a cluster that another server has made just now, one from before names were claimed."""
    lake, _ = await managed.running("lake")
    record = managed.registry.read(lake.id)
    cluster = dataclasses.replace(record.cluster, id="ocean-0000", name="ocean")
    directory = str(managed.registry.create(cluster.id))
    managed.registry.write(dataclasses.replace(record, cluster=cluster, directory=directory, socket=lake.id))
    with pytest.raises(NameTaken):
        await managed.start("ocean")
    with pytest.raises(NameTaken):
        await managed.manager.change(lake.id, parse(ChangeRequest, {"name": "ocean"}))
    assert managed.starter.controllers[lake.id].asked == []


@pytest.mark.parametrize("step", ["refusal", "fault"])
async def test_what_is_not_started_leaves_nothing(managed: Managed, step: str) -> None:
    setattr(managed.starter, step, LimitExceeded("No more than that.", field="options.cores"))
    with pytest.raises(LimitExceeded):
        await managed.start("ocean")
    assert (managed.names(), managed.registry.ids(), managed.told) == ([], [], [])
    setattr(managed.starter, step, None)
    await managed.start("ocean")
    assert managed.names() == ["ocean"]


async def test_another_server_that_looks_at_the_disk_takes_over_what_is_there(
    managed: Managed, tmp_path: Path
) -> None:
    """And this one does not find what it is just making itself."""
    managed.starter.may_run.clear()
    starting = asyncio.create_task(managed.start("ocean"))
    await managed.starter.placed.wait()
    await managed.manager.look()
    assert managed.told == []
    other = Managed(tmp_path / "shared")
    other.starter.controllers = managed.starter.controllers
    managed.starter.may_run.set()
    cluster = await starting
    await managed.until(lambda: ("ocean", "running") in managed.told)
    await other.manager.open()
    await other.until(lambda: other.told[-1] == ("ocean", "running"))
    # Its name is had here too; what is removed there leaves the list here, unless its controller lives.
    with pytest.raises(NameTaken):
        await other.start("ocean")
    managed.registry.directory(cluster.id).rename(tmp_path / "away")
    await other.manager.look()
    assert other.names() == ["ocean"]
    (tmp_path / "away").rename(managed.registry.directory(cluster.id))
    managed.starter.controllers[cluster.id].end(Ended(cluster.created_at, "Idle."))
    await other.until(lambda: other.told[-1] == ("ocean", "stopped"))
    await other.manager.look()
    assert other.names() == ["ocean"]
    managed.registry.remove(cluster.id)
    await other.manager.look()
    await other.until(lambda: other.told[-1] == ("ocean", None))
    assert other.names() == []
    await other.manager.close()


async def test_one_whose_record_cannot_be_read_is_listed_as_lost_until_it_can(
    managed: Managed, tmp_path: Path
) -> None:
    cluster, controller = await managed.running("ocean")
    record = managed.registry.on_disk(cluster.id).record
    whole = record.read_text()
    record.write_text("{")
    other = Managed(tmp_path / "shared")
    other.starter.controllers = managed.starter.controllers
    await other.manager.open()
    (shown,) = other.manager.list()
    assert (shown.id, shown.status) == (cluster.id, "lost")
    record.write_text(whole)
    await other.manager.look()
    await other.until(lambda: other.told[-1] == ("ocean", "running"))
    assert other.names() == ["ocean"]
    await other.manager.close()
    controller.end()


async def test_a_change_goes_to_the_controller_and_its_answer_is_told(managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    changed = await managed.manager.change(cluster.id, CHANGE, "a")
    assert changed.name == "lake"
    assert controller.asked == [({"name": "lake"}, "a")]
    assert managed.told[-1] == ("lake", "running")
    second, its_controller = await managed.running("ocean")
    with pytest.raises(NameTaken):
        await managed.manager.change(second.id, CHANGE)
    assert its_controller.asked == []


async def test_in_place_of_a_cluster_another_one_is_listed_that_starts_when_it_is_gone(
    managed: Managed,
) -> None:
    old, controller = await managed.running("ocean")
    await managed.running("lake")
    managed.told.clear()
    new = await managed.manager.restart(old.id, AGAIN)
    assert managed.told == [("ocean", None), ("ocean", "starting")]
    assert [cluster.id for cluster in managed.manager.list() if cluster.name == "ocean"] == [new.id]
    assert new.replaces == old.id
    # It takes the old one's place within the limits too.
    assert len(managed.starter.others) == 1
    assert old.id not in managed.starter.others
    assert controller.asked == ["stop"]
    assert not managed.starter.controllers[new.id].runs
    with pytest.raises(ClusterNotFound):
        await managed.manager.restart(old.id, AGAIN)
    controller.end()
    await managed.until(lambda: managed.told[-1] == ("ocean", "running"))
    assert old.id not in managed.registry.ids()
    assert managed.told.count(("ocean", None)) == 1


async def test_a_request_that_is_sent_again_makes_no_second_cluster(managed: Managed) -> None:
    first = await managed.start("ocean", key="a")
    assert (await managed.start("ocean", key="a")).id == first.id
    managed.starter.controllers[first.id].end()
    await managed.until(lambda: managed.told[-1] == ("ocean", None))
    with pytest.raises(WrongState, match="is gone"):
        await managed.start("ocean", key="a")


async def test_a_disk_that_does_not_say_is_told_from_one_that_holds_nothing(
    managed: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert managed.manager.answer() == []

    def stale() -> list[str]:
        raise StorageUnavailable("Cannot read the clusters: Stale file handle.")

    cluster, _ = await managed.running("ocean")
    monkeypatch.setattr(managed.registry, "ids", stale)
    await managed.manager.look()
    assert [known.id for known in managed.manager.answer()] == [cluster.id]
    with pytest.raises(StorageUnavailable):
        managed.manager.get("lake-0000")


async def test_whoever_closes_lets_go_of_clusters_that_live_on(tmp_path: Path, managed: Managed) -> None:
    cluster, controller = await managed.running("ocean")
    managed.told.clear()
    await managed.manager.close()
    controller.say(name="lake")
    await asyncio.sleep(0.1)
    assert managed.told == controller.asked == []
    assert managed.registry.ids() == [cluster.id]


async def test_what_is_cleared_up_is_left_alone_when_its_owner_turns_up(
    managed: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ends = asyncio.Event(), []

    async def for_ever(_handle: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("given up")

    monkeypatch.setattr(endings, "cancel_left_jobs", for_ever)
    cluster, _controller = await managed.running("ocean")
    clusters = ClusterList(managed.registry)
    clearing = endings.Endings(managed.registry, clusters)
    orphan = clusters.add(
        substitute_record(managed.registry, cluster.id, ErrorInfo("Its jobs are left.", "ControllerLost"))
    )
    clearing.cancel_orphan(orphan)
    await begun.wait()
    owner = clusters.add(managed.registry.read(cluster.id))
    assert owner is not orphan
    assert clusters.add(managed.registry.read(cluster.id)) is owner
    await asyncio.sleep(0)
    assert ends == ["given up"]
    await clearing.close()
    await clusters.close()
