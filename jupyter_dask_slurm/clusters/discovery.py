"""Finds the clusters that stand on disk: those from before, and those that other Jupyter servers start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..protocol.errors import ClusterNotFound, StorageUnavailable
from ..protocol.models import Record
from ..registry import Registry

log = logging.getLogger(__name__)

# One stat of a directory; NFS tells nobody when it changes.
INTERVAL_S = 3.0


class Discovery:
    """Looks at the directory of clusters each few seconds.

    Parameters
    ----------
    found : callable
        Called with the record of each cluster, the first time and whenever the directory has changed.
    vanished : callable
        Called with the id of a cluster whose directory is gone.
    """

    def __init__(
        self, registry: Registry, found: Callable[[Record], object], vanished: Callable[[str], None]
    ) -> None:
        self._registry = registry
        self._found = found
        self._vanished = vanished
        self._known: set[str] = set()
        self._ignored: set[str] = set()
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Look once, and from now on; a second call waits for the first look."""
        async with self._opening:
            if self._task is None:
                await self._begin()

    async def _begin(self) -> None:
        stamp = self._registry.stamp()
        complete = await self._look()
        self._task = asyncio.create_task(self._watch(stamp if complete else -1))

    async def close(self) -> None:
        """Look no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ignore(self, cluster_id: str) -> None:
        """Leave a cluster alone while this server itself is making it."""
        self._ignored.add(cluster_id)

    def heed(self, cluster_id: str) -> None:
        """Look at it again."""
        self._ignored.discard(cluster_id)

    async def _watch(self, stamp: int) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            newer = await asyncio.to_thread(self._registry.stamp)
            if newer != stamp:
                stamp = newer if await self._look() else -1

    async def _look(self) -> bool:
        """Tell what is new and what is gone; False if the disk did not give all."""
        try:
            return self._compare(await asyncio.to_thread(self._registry.ids))
        except StorageUnavailable as error:
            log.debug("The clusters are looked for again: %s", error)
            return False

    def _compare(self, ids: list[str]) -> bool:
        for cluster_id in self._known.difference(ids):
            self._vanished(cluster_id)
        complete = True
        for cluster_id in set(ids) - self._known - self._ignored:
            try:
                self._found(self._registry.read(cluster_id))
            except (ClusterNotFound, StorageUnavailable) as error:
                # A record that is about to be written, was set aside, or that the disk does not give now.
                log.debug("%s is looked for again: %s", cluster_id, error)
                complete = False
                ids = [other for other in ids if other != cluster_id]
        self._known = set(ids) | self._ignored
        return complete
