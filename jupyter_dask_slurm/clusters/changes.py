"""What users change about a cluster that lives, within the limits of the administrator."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..checks.host import refusals_of_host, this_host
from ..checks.limits import Limits, cores_of
from ..protocol.errors import ControllerUnreachable, InvalidRequest, ProblemNotFound, WrongState
from ..protocol.models import Cluster
from ..protocol.scaling import known_cpus, known_size, most_jobs, resolve_scaling
from .cluster_list import ClusterList
from .handle import ClusterHandle

if TYPE_CHECKING:
    from ..options.requests import ChangeRequest

# A controller that was just started, or waits for the one that it replaces: commands wait rather than fail.
START_LIMIT_S = 30.0
_CODE = re.compile(r"[a-z_]{1,40}")


class Changes:
    """Checks changes, and sends them to the controllers.

    Parameters
    ----------
    limits : Limits
        What the administrator allows.
    sizing : asyncio.Lock
        Held while a size is judged and becomes known, by whoever makes a cluster too: two of them at once
        shall not be over a limit together.
    clusters : ClusterList
        The others, which count for limits too.
    """

    def __init__(self, limits: Limits, sizing: asyncio.Lock, clusters: ClusterList) -> None:
        self._limits = limits
        self._sizing = sizing
        self._clusters = clusters

    async def change(self, handle: ClusterHandle, request: ChangeRequest, key: str | None = None) -> Cluster:
        """Scale, rename, or change the idle timeout; once for each `key`.

        Raises
        ------
        WrongState, LimitExceeded, SiteRefuses, ControllerUnreachable
            Nothing was changed.
        NoAnswer
            It may still be.
        """
        await self._wait_until_changeable(handle)
        if request.scaling is None:
            return await self._send(handle, request.asked(), key)
        async with self._one_size_at_a_time():
            self._check_size(handle.cluster, request.scaling.asked())
            return await self._send(handle, request.asked(), key)

    async def resubmit(self, handle: ClusterHandle, code: str, key: str | None = None) -> Cluster:
        """Submit again what the problem `code` has ended; once for each `key`.

        Raises
        ------
        ProblemNotFound, WrongState, LimitExceeded, ControllerUnreachable
            Nothing was submitted.
        NoAnswer
            It may still be.
        """
        await self._wait_until_changeable(handle)
        cluster = handle.cluster
        no_problem = ProblemNotFound(f'The cluster "{cluster.name}" has no such problem now.')
        there = code in {problem.code for problem in cluster.problems}
        # With a key it may be a request that has solved the problem: the controller knows.
        if not there and (key is None or not _CODE.fullmatch(code)):
            raise no_problem
        async with self._one_size_at_a_time():
            # How many jobs are submitted again, the controller alone knows.
            elsewhere = cores_of(self._others(cluster))
            try:
                handle.update(await handle.require_client().resubmit(code, elsewhere, key))
            except InvalidRequest:
                raise no_problem from None
        return handle.cluster

    @asynccontextmanager
    async def _one_size_at_a_time(self) -> AsyncIterator[None]:
        if self._limits.max_cores is None:  # no cluster's size is another one's concern
            yield
            return
        async with self._sizing:
            yield

    async def _wait_until_changeable(self, handle: ClusterHandle) -> None:
        self._check_changeable(handle)
        if not await handle.wait_until_reachable(START_LIMIT_S):
            self._check_changeable(handle)
            raise ControllerUnreachable("The controller of this cluster does not answer at the moment.")

    def _check_changeable(self, handle: ClusterHandle) -> None:
        cluster = handle.cluster
        if cluster.status not in ("starting", "running"):
            raise WrongState(f'The cluster "{cluster.name}" is {cluster.status} and cannot be changed.')
        if not handle.can_answer:
            handle.require_client()

    def _check_size(self, cluster: Cluster, scaling: dict[str, Any]) -> None:
        jobs = most_jobs(resolve_scaling(scaling, known_size(cluster.options)))
        self._limits.check_size(jobs, known_cpus(cluster.options), self._others(cluster))
        if cluster.backend == "local":
            for refusal in refusals_of_host(cluster.options, jobs, this_host()):
                raise refusal

    def _others(self, cluster: Cluster) -> list[Cluster]:
        return [other for other in self._clusters.visible() if other.id != cluster.id]

    async def _send(self, handle: ClusterHandle, changes: dict[str, Any], key: str | None) -> Cluster:
        handle.update(await handle.require_client().change(changes, key))
        return handle.cluster
