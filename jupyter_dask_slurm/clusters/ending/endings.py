"""Clears up after clusters that end: stopped, forgotten, expired, lost, or stopped from another host."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ...protocol.errors import StorageUnavailable
from ...protocol.models import Cluster
from ...registry import Registry
from ...system.beside_loop import in_thread
from ...system.event_loop.background import end_tasks
from ...system.network.own_socket import remove_socket
from ..cluster_list import ClusterList
from ..contact.heartbeat import Heartbeat
from ..handle import ClusterHandle
from .left_jobs import cancel_left_jobs

log = logging.getLogger(__name__)

# "stopped, with history and logs until dismissed, or 7 days"
KEPT_S = 7 * 86_400
# So long at least after it was found: a clock that has jumped may be set right again.
KEPT_SURE_S = 600.0
LOOK_AGAIN_S = 15.0
# How long DELETE waits for Slurm before it answers that the rest is done later.
PATIENCE_S = 3.0


class Endings:
    """Clears up after clusters.

    Parameters
    ----------
    clusters : ClusterList
        What changes there is acted on, and what is cleared up is taken off.
    """

    def __init__(self, registry: Registry, clusters: ClusterList) -> None:
        self._registry = registry
        self._clusters = clusters
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        clusters.added.connect(self._give_up)
        clusters.moved.connect(self._notice)

    async def close(self) -> None:
        """Leave the rest to the next Jupyter server."""
        for timer in self._timers.values():
            timer.cancel()
        await end_tasks(self._tasks.values())

    async def finish(self, seconds: float) -> None:
        """Wait until nothing is left to be cleared up, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    def _notice(self, handle: ClusterHandle) -> None:
        """Act on a change of a cluster that may have ended."""
        task = self._tasks.get(handle.id)
        if not handle.over and task is not None and task.done():
            # What was taken for dead goes on: what is done for its end is to be done again then.
            del self._tasks[handle.id]
        if handle.removed:
            self._clusters.drop(handle)
        elif handle.over and handle.id not in self._tasks and not handle.orphaned:
            if handle.leaves:
                self._begin(handle, self._clear)
            else:
                self._begin(handle, self._tidy)
                self._keep_for_days(handle)

    async def end(self, handle: ClusterHandle) -> None:
        """Stop a cluster that shall leave the list at once, in whatever state it is."""
        handle.hidden = True
        if handle.over:
            self._begin(handle, self._clear)
        elif handle.is_queued:
            await self.stop_queued(handle)
        elif handle.here:
            await handle.stop()
        else:
            await self.stop_from_afar(handle)

    async def forget(self, handle: ClusterHandle) -> Cluster | None:
        """Clean up an ended cluster and forget it; the cluster where Slurm makes that take longer."""
        task = self._begin(handle, self._clear)
        await asyncio.wait([task], timeout=PATIENCE_S)
        if not task.done():
            return dataclasses.replace(handle.cluster, status="stopping")
        task.result()
        return None

    async def stop_from_afar(self, handle: ClusterHandle) -> Cluster:
        """Have a controller on another host stop; where that is dead, or dies, cancel its jobs.

        Where it cannot be asked a request is left for it on disk.
        """
        if handle.id not in self._tasks:
            if not (handle.is_answering and await handle.stop()):
                await in_thread(self._registry.request_stop, handle.id)
                handle.stop_wanted.set()
                handle.update(dataclasses.replace(handle.cluster, status="stopping"))
            self._check_heartbeat(handle)
        return handle.cluster

    async def stop_queued(self, handle: ClusterHandle) -> Cluster:
        """Cancel the controller's job that has not started, and whatever there is if it starts meanwhile.

        The request for the controller is for when this process cannot finish that: it ends, or Slurm is away.
        """
        if not handle.stop_wanted.is_set():
            await in_thread(self._registry.request_stop, handle.id)
            handle.stop_wanted.set()
            handle.update(dataclasses.replace(handle.cluster, status="stopping", waiting=None))
            self._begin(handle, self._clear)
        return handle.cluster

    def cancel_orphan(self, handle: ClusterHandle) -> None:
        """Cancel jobs that nobody owns, and take them off the list when Slurm has none of them."""
        self._begin(handle, self._cancel_orphan)

    def _give_up(self, handle: ClusterHandle) -> None:
        """Leave alone what was being cleared up: its owner has turned up."""
        task = self._tasks.pop(handle.id, None)
        if task is not None:
            task.cancel()

    def _check_heartbeat(self, handle: ClusterHandle) -> None:
        """Clear up after a controller that has written nothing for so long; else look again then."""
        if handle.over or handle.removed:
            return
        left_s = handle.heartbeat.left_s()
        if left_s < 0:
            self._begin(handle, self._clear)
            return
        # A little later: times in records are whole seconds. At most so much: the clocks may be set right.
        self._timers[handle.id] = asyncio.get_running_loop().call_later(
            min(left_s, LOOK_AGAIN_S) + 1, self._check_heartbeat, handle
        )

    def _begin(
        self, handle: ClusterHandle, work: Callable[[ClusterHandle], Coroutine[Any, Any, None]]
    ) -> asyncio.Task[None]:
        """Run one piece of work after what is already under way for this cluster."""
        earlier = self._tasks.get(handle.id)

        async def in_turn() -> None:
            if earlier is not None:
                await asyncio.gather(earlier, return_exceptions=True)
            try:
                await work(handle)
            except StorageUnavailable as error:
                log.warning("Something is left of %s: %s", handle.id, error.message)
                raise

        task = asyncio.create_task(in_turn())
        task.add_done_callback(_observed)
        self._tasks[handle.id] = task
        return task

    def _keep_for_days(self, handle: ClusterHandle) -> None:
        """Have a cluster that ended by itself forgotten when it has been shown for long enough."""
        ended = handle.cluster.ended
        if ended is None:
            return
        age = Heartbeat(ended.time, KEPT_S, KEPT_SURE_S)

        def look() -> None:
            left_s = age.left_s()
            if left_s <= 0:
                self._begin(handle, self._clear)
            else:
                wait_s = min(left_s, KEPT_SURE_S)
                self._timers[handle.id] = asyncio.get_running_loop().call_later(wait_s, look)

        look()

    async def _tidy(self, handle: ClusterHandle) -> None:
        """Leave nothing of a cluster that ended by itself but what is shown of it."""
        if handle.here:
            await in_thread(remove_socket, handle.record.socket)
        # Of a controller that never began, Slurm may have the job all the same, or make it yet.
        if handle.cluster.status == "lost" or handle.is_queued:
            await cancel_left_jobs(handle)

    async def _cancel_orphan(self, handle: ClusterHandle) -> None:
        await cancel_left_jobs(handle)
        self._clusters.drop(handle)

    async def _clear(self, handle: ClusterHandle) -> None:
        """Cancel what is left, remove the directory, take the cluster off the list."""
        if handle.id in self._timers:
            self._timers.pop(handle.id).cancel()
        if handle.cluster.status != "stopped":
            await cancel_left_jobs(handle)
        handle.removed = True
        await in_thread(self._registry.remove, handle.id)
        if handle.here:
            await in_thread(remove_socket, handle.record.socket)
        self._clusters.drop(handle)


def _observed(task: asyncio.Task[None]) -> None:
    """Take notice of how a task ended, which was logged where it happened."""
    if not task.cancelled():
        task.exception()
