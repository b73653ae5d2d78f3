"""The clusters of this user: start, list, change, stop; no HTTP and no Dask.

The manager holds no truth about clusters. For each it has a `ClusterHandle`, which follows the cluster's
controller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..checks.limits import Limits
from ..launch.one_allocation import with_its_size
from ..launch.resolve import ClusterSpec, resolve_restart
from ..launch.starter import Starter
from ..protocol.errors import WrongState
from ..protocol.models import Cluster
from ..registry import Registry
from ..system.beside_loop import in_thread
from ..system.processes import runs
from .changes import Changes
from .cluster_list import ClusterList
from .discovery import Discovery
from .ending.endings import Endings
from .ending.orphan_watch import OrphanWatch
from .handle import ClusterHandle
from .making import Making
from .reserving.made import Announce, Made
from .reserving.names import Names
from .restart import Restarts

if TYPE_CHECKING:
    from ..options.requests import ChangeRequest, ClusterRequest, RestartRequest

ClusterListener = Callable[[str, "Cluster | None"], None]

# Those that run answer within milliseconds.
SETTLE_LIMIT_S = 3.0
CLEARING_LIMIT_S = 15.0


class ClusterManager:
    """Every cluster of this user that this Jupyter server knows of.

    Parameters
    ----------
    registry, starter, limits
        Where clusters stand on disk, how they are started, what the administrator allows.
    changed : callable
        Called with a cluster's id and the cluster after each change, and with None when it leaves the list.
    """

    def __init__(
        self,
        registry: Registry,
        starter: Starter,
        limits: Limits,
        changed: ClusterListener,
    ) -> None:
        self.registry = registry
        self._limits = limits
        self._clusters = clusters = ClusterList(registry)
        clusters.changed.connect(changed)
        self._names = Names(registry, clusters)
        self._made = Made(registry, clusters)
        self._endings = Endings(registry, clusters)
        self._restarts = Restarts(registry, clusters, starter, self._endings)
        self._discovery = Discovery(registry, clusters)
        self._orphans = OrphanWatch(registry, clusters, self._endings)
        # One after the other, for each counts for the limits of the next.
        sizing = asyncio.Lock()
        self._changes = Changes(limits, sizing, clusters)
        self._making = Making(clusters, starter, self._names, self._discovery, self._restarts, sizing=sizing)

    async def open(self) -> None:
        """Find the clusters that exist already, and look out for those that other Jupyter servers start.

        Returns at once where that was done before.
        """
        await self._discovery.open()

    async def close(self) -> None:
        """Let go of all clusters; they live on."""
        await self._orphans.close()
        await self._discovery.close()
        await self._restarts.close()
        await self._endings.close()
        await self._clusters.close()
        await self._names.close()

    def watch_for_orphans(self) -> None:
        """Look out for jobs in Slurm that no cluster owns; returns at once."""
        self._orphans.begin()

    async def settle(self) -> None:
        """Wait until each controller has answered, has been found not to, or is known to wait in Slurm."""
        waiting = [
            handle.wait_until_told(SETTLE_LIMIT_S)
            for handle in self._clusters
            if handle.can_answer and not handle.over
        ]
        await asyncio.gather(*waiting)

    async def finish_clearing(self) -> None:
        """Wait a little until what ended clusters left behind is cleared away."""
        await self._endings.finish(CLEARING_LIMIT_S)

    def list(self) -> list[Cluster]:
        """Return all clusters, oldest first."""
        return self._clusters.visible()

    def answer(self) -> Sequence[Cluster]:
        """Return all clusters for who asks which there are: an empty list says that there are none.

        Raises
        ------
        StorageUnavailable
            If nothing is known, for the disk does not say.
        """
        listed = self.list()
        if not listed and self._discovery.fault is not None:
            raise self._discovery.fault
        return listed

    def handle(self, cluster_id: str) -> ClusterHandle:
        """Return what is known of one cluster.

        Raises
        ------
        ClusterNotFound
            If this user has no such cluster.
        StorageUnavailable
            If nobody can tell, for the disk does not say.
        """
        if self._clusters.find(cluster_id) is None and self._discovery.fault is not None:
            raise self._discovery.fault
        return self._clusters.get(cluster_id)

    def get(self, cluster_id: str) -> Cluster:
        """Return one cluster; raises `ClusterNotFound`."""
        return self.handle(cluster_id).cluster

    async def look(self) -> None:
        """See at once what other Jupyter servers have made; they are looked for every few seconds anyway."""
        await self._discovery.look()

    async def start(
        self,
        request: ClusterRequest,
        key: str | None = None,
        *,
        given: Collection[str] = (),
        emptied: Collection[str] = (),
        ends_unheld: bool = False,
        announce: Announce | None = None,
    ) -> Cluster:
        """Start a cluster, one for each `key`; returns before its scheduler is up.

        Parameters
        ----------
        given : collection of str
            Options that nobody has chosen: they say what is there, and may be hidden ones.
        emptied : collection of str
            Options for which nothing counts, also nothing of Dask's configuration.
        ends_unheld : bool
            Whether it ends when it has neither jobs nor somebody who holds it; see `LaunchSpec`.
        announce : coroutine function, optional
            Called with the id before anything of the cluster is on disk; then there is no key.

        Raises
        ------
        NameTaken, LimitExceeded, Unprocessable, KeyReused, Unavailable
            Nothing was started.
        NoAnswer
            A request of this key is still being carried out.
        """
        make = partial(self._making.start, request, given=given, emptied=emptied, ends_unheld=ends_unheld)
        if announce is not None:
            return await make(announce)
        asked = ["start", request.model_dump(mode="json", exclude_unset=True)]
        return await self._made.once(key, asked, make)

    async def change(self, cluster_id: str, request: ChangeRequest, key: str | None = None) -> Cluster:
        """Scale, rename, or change the idle timeout; once for each `key`.

        Raises
        ------
        ClusterNotFound, WrongState, NameTaken, LimitExceeded, ControllerUnreachable
            Nothing was changed.
        NoAnswer
            It may still be.
        """
        handle = self.handle(cluster_id)
        if request.name is not None and request.name != handle.cluster.name:
            async with self._names.for_renaming(request.name, handle.id, handle.cluster.name):
                return await self._changes.change(handle, request, key)
        return await self._changes.change(handle, request, key)

    async def resubmit(self, cluster_id: str, code: str, key: str | None = None) -> Cluster:
        """Submit again what the problem `code` has ended; once for each `key`.

        Raises
        ------
        ClusterNotFound, ProblemNotFound, WrongState, LimitExceeded, ControllerUnreachable
            Nothing was submitted.
        NoAnswer
            It may still be.
        """
        return await self._changes.resubmit(self.handle(cluster_id), code, key)

    async def stop(self, cluster_id: str) -> Cluster | None:
        """Stop a cluster, or forget one that has ended; None once it is forgotten.

        Raises
        ------
        ClusterNotFound, WrongState, StorageUnavailable
        """
        handle = self.handle(cluster_id)
        await self._check_nobody_runs_it(handle)
        if handle.over:
            return await self._endings.forget(handle)
        if handle.is_queued:
            return await self._endings.stop_queued(handle)
        if not handle.here:
            return await self._endings.stop_from_afar(handle)
        await handle.stop()
        return handle.cluster

    def spec_to_restart(self, cluster_id: str, request: RestartRequest) -> ClusterSpec:
        """Return what a cluster that is started again would be; changes nothing.

        Raises
        ------
        ClusterNotFound, InvalidRequest, LimitExceeded
        """
        old = self.handle(cluster_id).cluster
        changes = request.options.model_dump(exclude_unset=True) if request.options else {}
        return with_its_size(
            resolve_restart(old, self.registry.read_launch(cluster_id), changes, self._limits)
        )

    async def restart(self, cluster_id: str, request: RestartRequest, key: str | None = None) -> Cluster:
        """Start the same cluster again, with changes; the old one leaves the list and is stopped first.

        The new one is listed at once; `restarts` says when it is launched. It is one for each `key`.

        Raises
        ------
        As `start`; the old cluster then goes on.
        """
        asked = ["restart", cluster_id, request.model_dump(mode="json", exclude_unset=True)]
        return await self._made.once(
            key, asked, lambda announce: self._restart(cluster_id, request, announce)
        )

    async def _restart(self, cluster_id: str, request: RestartRequest, announce: Announce) -> Cluster:
        old = self.handle(cluster_id)
        await self._check_nobody_runs_it(old)
        return await self._making.restart(old, self.spec_to_restart(cluster_id, request), announce)

    async def _check_nobody_runs_it(self, handle: ClusterHandle) -> None:
        """Refuse to clear up under a controller that is about to write its record anew.

        Raises
        ------
        WrongState
        """
        archive = self.registry.on_disk(handle.id).controller_archive
        if handle.orphaned and await in_thread(runs, archive):
            raise WrongState("Its controller runs and writes its record anew within seconds. Try again then.")
