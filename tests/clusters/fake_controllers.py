"""A Starter and controllers without processes, for tests of who manages clusters."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_dask_slurm.clusters.contact.channel import SocketChannel
from jupyter_dask_slurm.launch.resolve import ClusterSpec
from jupyter_dask_slurm.protocol.errors import ControllerUnreachable, DaskSlurmError
from jupyter_dask_slurm.protocol.models import Cluster, Ended, LaunchSpec, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.processes import boot_id, hostname, own_start_time

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-starting.json"


class FakeController:
    """What one controller says, and what was asked of it: the part of `ControllerClient` that is used."""

    def __init__(self, record: Record, registry: Registry) -> None:
        self.record = record
        self.channel = SocketChannel(record.socket)
        self.asked: list[Any] = []
        self._registry = registry
        self._followers: list[asyncio.Queue[Cluster | None]] = []

    async def events(self) -> AsyncIterator[Cluster]:
        """Yield its states until it ends, the present one first."""
        if not self.runs:
            raise ControllerUnreachable("It does not answer.")
        told: asyncio.Queue[Cluster | None] = asyncio.Queue()
        self._followers.append(told)
        yield self.record.cluster
        while (cluster := await told.get()) is not None:
            yield cluster

    def say(self, **changes: Any) -> Cluster:
        """Change the cluster, on disk too, and tell whoever follows."""
        cluster = dataclasses.replace(self.record.cluster, **changes)
        self.record = dataclasses.replace(self.record, cluster=cluster, heartbeat_at=iso_time())
        self._registry.write(self.record)
        self._tell(cluster)
        return cluster

    def end(self, ended: Ended | None = None) -> None:
        """End as its user wants it, or with a reason by itself; its process is gone then."""
        self.die(status="stopped", ended=ended)

    def die(self, **last: Any) -> None:
        """Have no process any more; without a last word it is lost."""
        cluster = dataclasses.replace(self.record.cluster, **last)
        self.record = dataclasses.replace(self.record, cluster=cluster, start_time=1)
        self._registry.write(self.record)
        self._tell(None)

    def _tell(self, cluster: Cluster | None) -> None:
        for told in self._followers:
            told.put_nowait(cluster)

    @property
    def runs(self) -> bool:
        """Whether it was started and has a process."""
        return self.record.start_time == own_start_time()

    def begin(self) -> None:
        """Have a process, which for this purpose is this one."""
        self.record = dataclasses.replace(self.record, pid=os.getpid(), start_time=own_start_time())
        self.say(status="running")

    async def change(self, changes: dict[str, Any], key: str | None = None) -> Cluster:
        """Take a new name."""
        self.asked.append((changes, key))
        return self.say(**changes)

    async def stop(self, reason: str | None = None) -> Cluster:
        """Only note it: when it has ended, the test says."""
        self.asked.append("stop")
        return self.record.cluster

    async def close(self) -> None:
        """Let go of it."""


class FakeStarter:
    """Accepts and places what is asked for, and runs a `FakeController` in place of a process.

    Attributes
    ----------
    controllers : dict
        By the ids of their clusters.
    others : list of str
        The clusters that counted for the limits of the last one that was judged.
    refusal, fault : DaskSlurmError, optional
        Raised by `accepted`, and by `run`.
    exit_code : int, optional
        Controllers end at once with it.
    """

    def __init__(self, registry: Registry) -> None:
        self.controllers: dict[str, FakeController] = {}
        self.others: list[str] = []
        self.refusal: DaskSlurmError | None = None
        self.fault: DaskSlurmError | None = None
        self.exit_code: int | None = None
        self.placed = asyncio.Event()
        self.may_run = asyncio.Event()
        self.may_run.set()
        self._registry = registry

    def client(self, channel: SocketChannel, _nonce: str) -> FakeController:
        """Return the controller that listens on a socket, which here is the id of its cluster."""
        return self.controllers[channel.path]

    async def resolve(self, request: Any, _given: Any = ()) -> ClusterSpec:
        """Return what was asked for."""
        return ClusterSpec(request.name, "local", {})

    async def survey(self, _spec: ClusterSpec) -> None:
        """Find nothing."""

    async def configured_name(self, _surroundings: None) -> None:
        """Know of no name."""

    async def accepted(
        self, spec: ClusterSpec, _surroundings: None, others: Collection[Cluster], cluster_id: str
    ) -> SimpleNamespace:
        """Return a draft."""
        self.others = [other.id for other in others]
        if self.refusal is not None:
            raise self.refusal
        directory = str(self._registry.directory(cluster_id))
        cluster = Cluster.from_json(json.loads(_SAMPLE.read_text(encoding="utf-8")))
        now = iso_time()
        cluster = dataclasses.replace(
            cluster, id=cluster_id, name=str(spec.name), backend="local", updated_at=now,
            created_at=iso_time(time.time() + len(self.controllers)),
            replaces=spec.replaces, options={},
        )  # fmt: skip
        record = Record(cluster, hostname(), boot_id(), "nonce", cluster_id, directory, now)
        launch = LaunchSpec(
            cluster_id=cluster_id, name=cluster.name, backend="local", created_at=now, directory=directory,
            socket=cluster_id, nonce="nonce", python="python", dashboard_path=cluster.dashboard_path,
            scaling={"mode": "manual", "jobs": 0}, options={}, idle_timeout_s=0,
        )  # fmt: skip
        return SimpleNamespace(id=cluster_id, record=record, spec=launch, rendering=None)

    async def place(self, draft: SimpleNamespace) -> SimpleNamespace:
        """Put it on disk."""
        self._registry.create(draft.id)
        self._registry.write_launch(draft.spec)
        self._registry.write(draft.record)
        self.controllers[draft.id] = FakeController(draft.record, self._registry)
        self.placed.set()
        await self.may_run.wait()
        return draft

    async def discard(self, draft: SimpleNamespace) -> None:
        """Remove it."""
        self._registry.remove(draft.id)

    async def run(self, draft: SimpleNamespace, ended: Callable[[int], None]) -> None:
        """Have a controller for it."""
        if self.fault is not None:
            raise self.fault
        if self.exit_code is None:
            self.controllers[draft.id].begin()
        else:
            ended(self.exit_code)
