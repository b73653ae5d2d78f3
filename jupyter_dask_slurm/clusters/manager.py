"""The clusters of this user: start, list, change, stop; no HTTP and no Dask.

The manager holds no truth about clusters. For each it has a `ClusterHandle`, which follows the cluster's
controller.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..checks.limits import Limits
from ..launch.draft import Draft
from ..launch.resolve import ClusterSpec, resolve_restart
from ..launch.starter import Starter
from ..protocol.errors import ClusterNotFound, DaskSlurmError, WrongState
from ..protocol.models import Cluster, Record
from ..registry import Registry
from ..system.beside_loop import in_thread
from ..system.event_loop.background import Background
from ..system.processes import runs
from .bare_record import record_of_unreadable
from .changes import Changes
from .discovery import Discovery
from .ending.endings import Endings
from .ending.orphan_watch import OrphanWatch
from .handle import ClusterHandle
from .reserving.made import Announce, Made
from .reserving.names import Names, Reserved, is_taken
from .restart import Restarts

if TYPE_CHECKING:
    from ..options.requests import ChangeRequest, ClusterRequest, RestartRequest

log = logging.getLogger(__name__)
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
        self._starter = starter
        self._limits = limits
        self._tell = changed
        self._handles: dict[str, ClusterHandle] = {}
        self._names = Names(registry, lambda: {cluster.name for cluster in self.list()})
        self._made = Made(registry, self._made_before)
        self._exit_codes: dict[str, int] = {}
        # One after the other, for each counts for the limits of the next.
        self._sizing = asyncio.Lock()
        self._changes = Changes(limits, self._sizing, self.list)
        self._leaving = Background()
        self._endings = Endings(registry, self._drop)
        self._restarts = Restarts(registry, self._run, self._endings.end)
        self._discovery = Discovery(registry, self._add, self._vanished, self._show_unreadable)
        self._orphans = OrphanWatch(registry, self._owns, self._add, self._endings.cancel_orphan, self._drop)

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
        await asyncio.gather(*(handle.close() for handle in self._handles.values()))
        await self._leaving.finish()

    def watch_for_orphans(self) -> None:
        """Look out for jobs in Slurm that no cluster owns; returns at once."""
        self._orphans.begin()

    async def settle(self) -> None:
        """Wait until each controller has answered, or has been found not to."""
        waiting = [
            handle.wait_until_reachable(SETTLE_LIMIT_S)
            for handle in self._handles.values()
            if handle.here and not handle.over
        ]
        await asyncio.gather(*waiting)

    async def finish_clearing(self) -> None:
        """Wait a little until what ended clusters left behind is cleared away."""
        await self._endings.finish(CLEARING_LIMIT_S)

    def list(self) -> list[Cluster]:
        """Return all clusters, oldest first."""
        listed = [handle.cluster for handle in self._handles.values() if not handle.hidden]
        return sorted(listed, key=lambda cluster: (cluster.created_at, cluster.id))

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
        found = self._handles.get(cluster_id)
        if found is None and self._discovery.fault is not None:
            raise self._discovery.fault
        if found is None or found.hidden:
            raise ClusterNotFound("There is no such cluster.")
        return found

    def get(self, cluster_id: str) -> Cluster:
        """Return one cluster; raises `ClusterNotFound`."""
        return self.handle(cluster_id).cluster

    async def look(self) -> None:
        """See at once what other Jupyter servers have made; they are looked for every few seconds anyway."""
        await self._discovery.look()

    async def start(self, request: ClusterRequest, key: str | None = None) -> Cluster:
        """Start a cluster, one for each `key`; returns before its scheduler is up.

        Raises
        ------
        NameTaken, LimitExceeded, Unprocessable, KeyReused, Unavailable
            Nothing was started.
        NoAnswer
            A request of this key is still being carried out.
        """
        asked = ["start", request.model_dump(mode="json", exclude_unset=True)]
        return await self._made.once(key, asked, lambda announce: self._start(request, announce))

    async def _start(self, request: ClusterRequest, announce: Announce) -> Cluster:
        await self.look()
        spec = await self._starter.resolve(request)
        surroundings = await self._starter.survey(spec)
        usual = None if spec.name else await self._starter.configured_name(surroundings)
        async with self._names.for_new(spec.name, usual.name if usual else None) as reserved:
            await announce(reserved.cluster_id)
            spec = dataclasses.replace(spec, name=reserved.name)
            async with self._sizing:
                draft = await self._starter.accepted(spec, surroundings, self.list(), reserved.cluster_id)
                return await self._begin(draft, reserved)

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
        return resolve_restart(old, self.registry.read_launch(cluster_id), changes, self._limits)

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
        spec = self.spec_to_restart(cluster_id, request)
        surroundings = await self._starter.survey(spec)
        async with self._names.for_restart(old.cluster.name, cluster_id) as reserved:
            await announce(reserved.cluster_id)
            async with self._sizing:
                others = [other for other in self.list() if other.id != cluster_id]
                draft = await self._starter.accepted(spec, surroundings, others, reserved.cluster_id)
                new, draft = await self._replace(old, draft, reserved)
            await self._restarts.begin(old, new, draft)
            return new.cluster

    async def _check_nobody_runs_it(self, handle: ClusterHandle) -> None:
        """Refuse to clear up under a controller that is about to write its record anew.

        Raises
        ------
        WrongState
        """
        archive = self.registry.on_disk(handle.id).controller_archive
        if handle.orphaned and await in_thread(runs, archive):
            raise WrongState("Its controller runs and writes its record anew within seconds. Try again then.")

    async def _replace(
        self, old: ClusterHandle, draft: Draft, reserved: Reserved
    ) -> tuple[ClusterHandle, Draft]:
        """Put a cluster on the list in place of another."""
        with self._making(draft):
            draft = await self._starter.place(draft)
            if old.hidden or not await reserved.stands():
                await self._starter.discard(draft)
                raise ClusterNotFound(f'"{old.cluster.name}" is being restarted already.')
            old.hidden = True
            self._tell(old.id, None)
            return self._add(draft.record), draft

    async def _begin(self, draft: Draft, reserved: Reserved) -> Cluster:
        with self._making(draft):
            draft = await self._starter.place(draft)
            try:
                if not await reserved.stands():
                    raise is_taken(reserved.name)
                await self._run(draft)
            except BaseException:
                await self._starter.discard(draft)
                raise
            return self._add(draft.record).cluster

    @contextmanager
    def _making(self, draft: Draft) -> Iterator[None]:
        """Keep discovery away from a cluster while it is being made here."""
        self._discovery.ignore(draft.id)
        try:
            yield
        finally:
            self._discovery.heed(draft.id)

    async def _run(self, draft: Draft) -> None:
        await self._starter.run(draft, lambda code: self._process_ended(draft.id, code))

    def _add(self, record: Record) -> ClusterHandle:
        cluster_id = record.cluster.id
        if not self._owns(cluster_id) and (record.nonce or cluster_id not in self._handles):
            self._endings.give_up(cluster_id)
            handle = ClusterHandle(record, self.registry, self._changed)
            handle.exit_code = self._exit_codes.pop(cluster_id, None)
            self._handles[cluster_id] = handle
            self._changed(handle)
            handle.follow()
        return self._handles[cluster_id]

    def _show_unreadable(self, cluster_id: str, why: DaskSlurmError) -> None:
        """List a cluster whose record cannot be read, with the reason, until it can."""
        known = self._handles.get(cluster_id)
        if known is None or (known.orphaned and why.message not in str(known.cluster.error)):
            record = record_of_unreadable(self.registry, cluster_id, why)
            if known is None:
                self._add(record)
            else:
                known.update(record.cluster)

    def _owns(self, cluster_id: str) -> bool:
        """Return whether a cluster is known from more than its jobs."""
        known = self._handles.get(cluster_id)
        return known is not None and not known.orphaned

    def _process_ended(self, cluster_id: str, exit_code: int) -> None:
        handle = self._handles.get(cluster_id)
        if handle is None:
            self._exit_codes[cluster_id] = exit_code
        else:
            handle.process_ended(exit_code)

    def _changed(self, handle: ClusterHandle) -> None:
        if self._endings.takes(handle):
            return
        if not handle.hidden:
            self._tell(handle.id, handle.cluster)

    def _vanished(self, cluster_id: str) -> None:
        """Another Jupyter server has removed the cluster."""
        handle = self._handles.get(cluster_id)
        if handle is not None and (handle.over or not handle.here):
            self._drop(handle)

    def _drop(self, handle: ClusterHandle) -> None:
        if self._handles.get(handle.id) is not handle:
            return
        del self._handles[handle.id]
        handle.gone.set()
        if not handle.hidden:
            self._tell(handle.id, None)
        # A task of its own: the handle's may be the one that called.
        self._leaving.begin(self._let_go(handle))

    async def _let_go(self, handle: ClusterHandle) -> None:
        await self._names.forget(handle.cluster.name, handle.id)
        await handle.close()

    def _made_before(self, cluster_id: str) -> Cluster:
        """Return the cluster that a request has made, here or by another Jupyter server."""
        try:
            if cluster_id not in self._handles:
                self._add(self.registry.read(cluster_id))
            return self.get(cluster_id)
        except ClusterNotFound:
            raise WrongState(f"The cluster that this request has made, {cluster_id}, is gone.") from None
