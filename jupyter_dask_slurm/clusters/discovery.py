"""Finds the clusters that stand on disk: those from before, and those that other Jupyter servers start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping

from ..protocol.errors import ClusterNotFound, DaskSlurmError, FileDamaged, StorageUnavailable
from ..protocol.models import Record
from ..registry import Registry
from ..system.beside_loop import in_thread
from ..system.event_loop.background import Background
from .cluster_list import ClusterList
from .substitute_record import record_of_unreadable

log = logging.getLogger(__name__)

# One stat of a directory; NFS tells nobody when it changes.
INTERVAL_S = 3.0


class Discovery:
    """Looks at the directory of clusters each few seconds.

    Parameters
    ----------
    clusters : ClusterList
        Where what is found is shown, and what has vanished no longer.
    """

    def __init__(self, registry: Registry, clusters: ClusterList) -> None:
        self._registry = registry
        self._clusters = clusters
        self._known: set[str] = set()
        self._broken: set[str] = set()
        self._ignored: set[str] = set()
        self._opening = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._watching = Background()
        self.fault: StorageUnavailable | None = None
        """Why the last look did not even say which clusters there are."""

    async def open(self) -> None:
        """Look once, and from now on; a second call waits for the first look."""
        async with self._opening:
            if not self._watching.begun:
                await self._begin()

    async def _begin(self) -> None:
        stamp = self._registry.stamp()
        complete = await self.look()
        self._watching.begin(self._watch(stamp if complete else -1))

    async def close(self) -> None:
        """Look no longer."""
        await self._watching.end()

    def ignore(self, cluster_id: str) -> None:
        """Leave a cluster alone while this server itself is making it."""
        self._ignored.add(cluster_id)

    def heed(self, cluster_id: str) -> None:
        """Look at it again."""
        self._ignored.discard(cluster_id)

    async def _watch(self, stamp: int) -> None:
        while True:
            await asyncio.sleep(INTERVAL_S)
            newer = await in_thread(self._registry.stamp)
            if newer != stamp:
                stamp = newer if await self.look() else -1

    async def look(self) -> bool:
        """Tell what is new and what is gone; False if the disk did not give all."""
        async with self._looking:  # an older look must not undo a newer one
            try:
                ids = await in_thread(self._registry.ids)
                read = await in_thread(self._read, set(ids) - self._known - self._ignored)
            except StorageUnavailable as error:
                log.debug("The clusters are looked for again: %s", error)
                self.fault = error
                return False
            except Exception:
                # Whatever it was: nobody would find a cluster any more.
                log.exception("The clusters are looked for again")
                return False
            self.fault = None
            return self._compare(ids, read)

    def _read(self, ids: Collection[str]) -> dict[str, Record | DaskSlurmError]:
        """Return what stands on disk of each, or why that is not known; blocks on the disk."""
        read: dict[str, Record | DaskSlurmError] = {}
        for cluster_id in ids:
            try:
                read[cluster_id] = self._registry.read(cluster_id)
            except (ClusterNotFound, StorageUnavailable) as error:
                read[cluster_id] = error
            except Exception as error:
                log.exception("The record of %s is looked for again", cluster_id)
                read[cluster_id] = _unforeseen(cluster_id, error)
        return read

    def _compare(self, ids: Collection[str], read: Mapping[str, Record | DaskSlurmError]) -> bool:
        for cluster_id in (self._known | self._broken).difference(ids):
            self._vanished(cluster_id)
        later = {cluster_id for cluster_id, found in read.items() if not self._take(cluster_id, found)}
        self._broken = later
        self._known = (set(ids) - later) | self._ignored
        return not later

    def _take(self, cluster_id: str, found: Record | DaskSlurmError) -> bool:
        """Tell of one cluster, whatever that raises; False if it is to be looked at again."""
        if isinstance(found, Record):
            try:
                self._clusters.add(found)
            except Exception as error:
                log.exception("%s cannot be shown", cluster_id)
                found = _unforeseen(cluster_id, error)
            else:
                return True
        log.debug("%s is looked for again: %s", cluster_id, found)
        # One that is not there may be about to be written.
        if not isinstance(found, ClusterNotFound):
            self._show_unreadable(cluster_id, found)
        return False

    def _show_unreadable(self, cluster_id: str, why: DaskSlurmError) -> None:
        """List a cluster whose record cannot be read, with the reason, until it can."""
        known = self._clusters.find(cluster_id)
        if known is None or (known.orphaned and why.message not in str(known.cluster.error)):
            record = record_of_unreadable(self._registry, cluster_id, why)
            if known is None:
                self._clusters.add(record)
            else:
                known.update(record.cluster)

    def _vanished(self, cluster_id: str) -> None:
        """Take notice that another Jupyter server has removed a cluster."""
        handle = self._clusters.find(cluster_id)
        if handle is not None and (handle.over or not handle.here):
            self._clusters.drop(handle)


def _unforeseen(cluster_id: str, error: Exception) -> DaskSlurmError:
    return FileDamaged(f"The record of {cluster_id} cannot be used: {error!r}.")
