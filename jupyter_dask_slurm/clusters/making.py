"""How clusters come to be: under a name and within limits that nobody else takes meanwhile."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from ..launch.draft import Draft
from ..launch.resolve import ClusterSpec
from ..launch.starter import Starter
from ..protocol.errors import ClusterNotFound
from ..protocol.models import Cluster
from .cluster_list import ClusterList
from .discovery import Discovery
from .handle import ClusterHandle
from .reserving.made import Announce
from .reserving.names import Names, Reserved, is_taken
from .restart import Restarts

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest


class Making:
    """Makes clusters, new ones and those that take the place of another.

    Parameters
    ----------
    sizing : asyncio.Lock
        Held while a size is judged and becomes known; see `changes.Changes`.
    """

    def __init__(
        self,
        clusters: ClusterList,
        starter: Starter,
        names: Names,
        discovery: Discovery,
        restarts: Restarts,
        *,
        sizing: asyncio.Lock,
    ) -> None:
        self._clusters = clusters
        self._starter = starter
        self._names = names
        self._discovery = discovery
        self._restarts = restarts
        self._sizing = sizing

    async def start(
        self,
        request: ClusterRequest,
        announce: Announce,
        *,
        given: Collection[str] = (),
        emptied: Collection[str] = (),
        ends_unheld: bool = False,
    ) -> Cluster:
        """Make a new cluster; raises as `ClusterManager.start`."""
        await self._discovery.look()
        spec = (await self._starter.resolve(request, given)).without(emptied)
        surroundings = await self._starter.survey(spec)
        usual = None if spec.name else await self._starter.configured_name(surroundings)
        async with self._names.for_new(spec.name, usual.name if usual else None) as reserved:
            await announce(reserved.cluster_id)
            spec = dataclasses.replace(spec, name=reserved.name, ends_unheld=ends_unheld)
            async with self._sizing:
                others = self._clusters.visible()
                draft = await self._starter.accepted(spec, surroundings, others, reserved.cluster_id)
                return await self._begin(draft, reserved)

    async def restart(self, old: ClusterHandle, spec: ClusterSpec, announce: Announce) -> Cluster:
        """Make a cluster in place of another, which is stopped; raises as `ClusterManager.restart`."""
        surroundings = await self._starter.survey(spec)
        async with self._names.for_restart(old.cluster.name, old.id) as reserved:
            await announce(reserved.cluster_id)
            async with self._sizing:
                others = [other for other in self._clusters.visible() if other.id != old.id]
                draft = await self._starter.accepted(spec, surroundings, others, reserved.cluster_id)
                new, draft = await self._replace(old, draft, reserved)
            await self._restarts.begin(old, new, draft)
            return new.cluster

    async def _begin(self, draft: Draft, reserved: Reserved) -> Cluster:
        with self._kept_from_discovery(draft):
            draft = await self._starter.place(draft)
            try:
                if not await reserved.stands():
                    raise is_taken(reserved.name)
                await self._starter.run(draft, partial(self._clusters.process_ended, draft.id))
            except BaseException:
                await self._starter.discard(draft)
                raise
            handle = self._clusters.add(draft.record)
            handle.notes = tuple((draft.rendering or {}).get("notes", draft.spec.notes))
            return handle.cluster

    async def _replace(
        self, old: ClusterHandle, draft: Draft, reserved: Reserved
    ) -> tuple[ClusterHandle, Draft]:
        """Put a cluster on the list in place of another."""
        with self._kept_from_discovery(draft):
            draft = await self._starter.place(draft)
            if old.hidden or not await reserved.stands():
                await self._starter.discard(draft)
                raise ClusterNotFound(f'"{old.cluster.name}" is being restarted already.')
            self._clusters.hide(old)
            return self._clusters.add(draft.record), draft

    @contextmanager
    def _kept_from_discovery(self, draft: Draft) -> Iterator[None]:
        self._discovery.ignore(draft.id)
        try:
            yield
        finally:
            self._discovery.heed(draft.id)
