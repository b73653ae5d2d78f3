"""The one list of the clusters that this Jupyter server knows of; whoever looks or changes is given it.

It holds a `ClusterHandle` for each and decides nothing. Who wants to know what becomes of clusters connects
to its signals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

from ..protocol.errors import ClusterNotFound
from ..protocol.models import Cluster, Record
from ..registry import Registry
from ..system.event_loop.background import Background
from ..system.event_loop.signals import Signal
from .following.follow import follow
from .handle import ClusterHandle


class ClusterList:
    """Clusters by their ids.

    Parameters
    ----------
    registry : Registry
        Where their records are.

    Attributes
    ----------
    changed : Signal
        A user would notice it. With the cluster's id, and the cluster, or None where it leaves the list.
    added, moved, dropped : Signal
        With the handle of a cluster that was taken onto the list, of which anything has changed, whether or
        not a user would notice, and that is off the list.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._handles: dict[str, ClusterHandle] = {}
        self._exit_codes: dict[str, int] = {}
        self._leaving = Background()
        self.changed: Signal[[str, Cluster | None]] = Signal()
        self.added: Signal[[ClusterHandle]] = Signal()
        self.moved: Signal[[ClusterHandle]] = Signal()
        self.dropped: Signal[[ClusterHandle]] = Signal()

    def __iter__(self) -> Iterator[ClusterHandle]:
        return iter(tuple(self._handles.values()))

    async def close(self) -> None:
        """Follow none of them any longer; they live on."""
        await asyncio.gather(*(handle.close() for handle in self))
        await self._leaving.finish()

    def visible(self) -> list[Cluster]:
        """Return those that are shown, oldest first."""
        listed = [handle.cluster for handle in self if not handle.hidden]
        return sorted(listed, key=lambda cluster: (cluster.created_at, cluster.id))

    def names(self) -> set[str]:
        """Return the names of those that are shown."""
        return {cluster.name for cluster in self.visible()}

    def find(self, cluster_id: str) -> ClusterHandle | None:
        """Return what is known of one, also where it is hidden; None where nothing is."""
        return self._handles.get(cluster_id)

    def get(self, cluster_id: str) -> ClusterHandle:
        """Return one that is shown; raises `ClusterNotFound`."""
        found = self.find(cluster_id)
        if found is None or found.hidden:
            raise ClusterNotFound("There is no such cluster.")
        return found

    def get_or_read(self, cluster_id: str) -> ClusterHandle:
        """Return one that is shown, if need be from its record, which another Jupyter server may have made.

        Raises
        ------
        ClusterNotFound, StorageUnavailable
        """
        if self.find(cluster_id) is None:
            self.add(self._registry.read(cluster_id))
        return self.get(cluster_id)

    def owns(self, cluster_id: str) -> bool:
        """Return whether a cluster is known from more than its jobs."""
        known = self.find(cluster_id)
        return known is not None and not known.orphaned

    def add(self, record: Record) -> ClusterHandle:
        """Take a cluster onto the list and follow it; one that is there stays, unless it was an orphan."""
        cluster_id = record.cluster.id
        if not self.owns(cluster_id) and (record.nonce or cluster_id not in self._handles):
            handle = ClusterHandle(record, self._registry, self._moved)
            handle.exit_code = self._exit_codes.pop(cluster_id, None)
            self._handles[cluster_id] = handle
            self.added.emit(handle)
            self._moved(handle)
            handle.follow(partial(follow, handle))
        return self._handles[cluster_id]

    def hide(self, handle: ClusterHandle) -> None:
        """Show a cluster no longer: another one has its place."""
        handle.hidden = True
        self.changed.emit(handle.id, None)

    def drop(self, handle: ClusterHandle) -> None:
        """Take a cluster off the list: nothing is left of it."""
        if self.find(handle.id) is not handle:
            return
        del self._handles[handle.id]
        handle.gone.set()
        if not handle.hidden:
            self.changed.emit(handle.id, None)
        self.dropped.emit(handle)
        # A task of its own: the handle's may be the one that called.
        self._leaving.begin(handle.close())

    def process_ended(self, cluster_id: str, exit_code: int) -> None:
        """Take notice that the controller's process has ended that this Jupyter server has started."""
        handle = self.find(cluster_id)
        if handle is None:
            # It ended before it was put on the list.
            self._exit_codes[cluster_id] = exit_code
        else:
            handle.process_ended(exit_code)

    def _moved(self, handle: ClusterHandle) -> None:
        self.moved.emit(handle)
        if not (handle.leaves or handle.hidden):
            self.changed.emit(handle.id, handle.cluster)
