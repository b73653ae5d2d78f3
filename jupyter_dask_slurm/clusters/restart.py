"""Restart: the new cluster's controller starts when the old cluster is gone, so that both never hold nodes.

The new cluster is on disk and listed at once. Its controller waits until Slurm has none of the old one's
jobs, at most `PATIENCE_S`: a job that takes long to end must not keep users from working.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from functools import partial
from typing import Any

from ..launch.draft import Draft
from ..launch.starter import Starter
from ..protocol.errors import DaskSlurmError, StorageUnavailable
from ..protocol.models import ErrorInfo, iso_time
from ..registry import Registry
from ..system.event_loop.background import Background, end_tasks
from .cluster_list import ClusterList
from .ending.endings import Endings
from .handle import ClusterHandle

log = logging.getLogger(__name__)

PATIENCE_S = 20.0


class Restarts:
    """Clusters that wait for their predecessors.

    Parameters
    ----------
    registry : Registry
        Where it is written that a cluster did not come to be.
    clusters : ClusterList
        Told when a controller that was started here ends.
    starter : Starter
        Starts controllers.
    endings : Endings
        Has clusters stopped that leave the list.
    """

    def __init__(
        self,
        registry: Registry,
        clusters: ClusterList,
        starter: Starter,
        endings: Endings,
    ) -> None:
        self._registry = registry
        self._clusters = clusters
        self._starter = starter
        self._endings = endings
        self._waiting = Background()
        self._closing = asyncio.Event()

    async def begin(self, old: ClusterHandle, new: ClusterHandle, draft: Draft) -> None:
        """Have `old` stopped, and the controller of `new` started when it is gone; waits for neither.

        Raises
        ------
        StorageUnavailable
            The old cluster runs on another login node and cannot be told: it goes on, and the new one ends.
        """
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.begin(self._take_turns(old, new, draft, told))
        await told

    async def close(self) -> None:
        """Start what still waits: nobody else would, once this Jupyter server has ended."""
        self._closing.set()
        await self._waiting.finish()

    async def _take_turns(
        self, old: ClusterHandle, new: ClusterHandle, draft: Draft, told: asyncio.Future[None]
    ) -> None:
        try:
            await self._endings.end(old)
        except StorageUnavailable as error:
            # However long the disk took to say so: the new one has not been started.
            new.stop_wanted.set()
            self._is_over(new, draft, status="stopped")
            old.show_again()
            told.set_exception(error)
            return
        told.set_result(None)
        await self._start_when_gone(old, new, draft)

    async def _start_when_gone(self, old: ClusterHandle, new: ClusterHandle, draft: Draft) -> None:
        await _first_of(old.gone, new.stop_wanted, self._closing)
        if new.stop_wanted.is_set():
            self._is_over(new, draft, status="stopped")
            return
        try:
            await self._starter.run(draft, partial(self._clusters.process_ended, draft.id))
        except DaskSlurmError as error:
            why = ErrorInfo(error.message, type(error).__name__, error.details)
            self._is_over(new, draft, status="failed", error=why)
        else:
            new.hurry()

    def _is_over(self, new: ClusterHandle, draft: Draft, **how: Any) -> None:
        """Say on disk, as a controller would, how a cluster ended that never had one."""
        cluster = dataclasses.replace(draft.record.cluster, updated_at=iso_time(), **how)
        try:
            self._registry.write(dataclasses.replace(draft.record, cluster=cluster))
        except StorageUnavailable as error:
            log.warning("%s", error)
        new.process_ended(0 if cluster.error is None else 1)


async def _first_of(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    await end_tasks(waiting)
