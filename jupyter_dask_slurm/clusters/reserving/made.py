"""Which cluster a request has made, by the request's key: one that is sent again makes no second.

The key is claimed by a file (`claims`), so that it is known to other Jupyter servers of the user, and to the
same after a restart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from ...protocol.errors import ClusterNotFound, NoAnswer, WrongState
from ...protocol.keys import digest, key_reused
from ...protocol.models import Cluster
from ...registry import Registry
from ...system.beside_loop import in_thread
from ..cluster_list import ClusterList
from .claims import Claim, Claimed, Claims, Found, HeldClaim

KEPT_S = 86_400.0
# How long a repeated request waits for the first, which is being carried out.
PATIENCE_S = 30.0
_LOOK_S = 0.2

Announce = Callable[[str], Awaitable[None]]
"""To be called with the id of a cluster before anything of it is on disk."""


class Made:
    """Remembers for a day what requests with a key have made.

    Parameters
    ----------
    registry : Registry
        The clusters on disk.
    clusters : ClusterList
        Where a cluster that was made is found.
    """

    def __init__(self, registry: Registry, clusters: ClusterList) -> None:
        self._registry = registry
        self._clusters = clusters
        self._claims = Claims(registry.shared / "asked", self._stands)

    async def once(
        self, key: str | None, asked: Any, make: Callable[[Announce], Awaitable[Cluster]]
    ) -> Cluster:
        """Return the cluster that `make` makes, or that a request of the same key has made.

        Parameters
        ----------
        asked : JSON
            What tells the request from others.
        make : callable
            Makes the cluster; what it raises means that there is none.

        Raises
        ------
        KeyReused
            If another request had this key.
        NoAnswer
            If a request of this key is still being carried out.
        """
        if key is None:
            return await make(_nobody_asks)
        held = await self._claim(Claim(key, digest=digest(asked)))
        if not isinstance(held, HeldClaim):
            return held
        try:
            cluster = await make(lambda cluster_id: in_thread(held.is_for, cluster_id))
        except BaseException:
            await in_thread(held.release)
            raise
        await in_thread(self._keep, held)
        return cluster

    async def _claim(self, claim: Claim) -> HeldClaim | Cluster:
        """Claim a key; where that was done before, return what came of it."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                return await in_thread(self._claims.take, claim)
            except Claimed as error:
                first = error.found
            if first.claim is not None and first.claim.digest != claim.digest:
                raise key_reused()
            if await in_thread(_is_over, first):
                return self._find(first.claim.cluster_id if first.claim else "")
            if time.monotonic() > until:
                raise NoAnswer(
                    "This was asked for before and is still being carried out. "
                    "Look at the list of clusters before you ask for it again."
                )
            await asyncio.sleep(_LOOK_S)

    def _find(self, cluster_id: str) -> Cluster:
        """Return the cluster that a request has made, here or by another Jupyter server."""
        try:
            return self._clusters.get_or_read(cluster_id).cluster
        except ClusterNotFound:
            raise WrongState(f"The cluster that this request has made, {cluster_id}, is gone.") from None

    def _keep(self, held: HeldClaim) -> None:
        held.keep()
        self._claims.remove_older(KEPT_S)

    def _stands(self, found: Found) -> bool:
        claim = found.claim
        if claim is not None and claim.done:
            return found.age_s < KEPT_S
        if claim is not None and claim.cluster_id:
            with suppress(ClusterNotFound):
                self._registry.read(claim.cluster_id)
                return True
        return found.in_the_making


async def _nobody_asks(_cluster_id: str) -> None:
    """Announce a cluster of a request without a key."""


def _is_over(found: Found) -> bool:
    """Return whether a request was carried out, or ended in between with its cluster on disk."""
    return found.claim is not None and (found.claim.done or not found.in_the_making)
