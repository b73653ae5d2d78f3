"""Names of clusters: each is had once, whichever of a user's Jupyter servers is asked.

A name belongs to the cluster in whose record it stands. Before that it is claimed by a file (`claims`), which
stays as long as the cluster has the name; one that a crash has left frees itself, by what the cluster's
record says, or where there is none by whether the process that claimed it lives.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from ...protocol.errors import ClusterNotFound, DaskSlurmError, NameTaken, NoAnswer
from ...protocol.models import OVER, Record
from ...registry import Registry
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ..cluster_list import ClusterList
from ..handle import ClusterHandle
from .claims import Claim, Claimed, Claims, Found, HeldClaim

# A controller writes its record each 60 s. One that has written it so long after it was to take a name, and
# has another, will not take that one any more.
RENAMING_LIMIT_S = 90.0


class Reserved:
    """A name that nobody else gets, and the id of the cluster that gets it."""

    def __init__(self, name: str, cluster_id: str, held: HeldClaim | None) -> None:
        self.name = name
        self.cluster_id = cluster_id
        self._held = held

    async def stands(self) -> bool:
        """Return whether the name is still ours, to be asked when the cluster is on disk."""
        return self._held is None or await in_thread(self._held.stands)


class Names:
    """The one place where a cluster gets its name, so that no other gets the same.

    Parameters
    ----------
    registry : Registry
        The clusters on disk.
    clusters : ClusterList
        Those that have names now, as far as this server knows; one that is dropped has its name no longer.
    """

    def __init__(self, registry: Registry, clusters: ClusterList) -> None:
        self._registry = registry
        self._clusters = clusters
        self._claims = Claims(registry.shared / "names", self._stands)
        self._forgetting = Background()
        clusters.dropped.connect(self._forget)

    @asynccontextmanager
    async def for_new(self, name: str | None, usual: str | None = None) -> AsyncIterator[Reserved]:
        """Hold a name, or the next free one, while its cluster is being made: two requests cannot have it.

        Parameters
        ----------
        usual : str, optional
            Where there is no name, this one, or with a number.

        Raises
        ------
        NameTaken
            If a listed cluster has it, or is about to.
        StorageUnavailable
        """
        tried: set[str] = set()
        while True:
            taken = tried.union(self._clusters.names())
            chosen = name or free_name(taken, usual)
            if chosen in taken:
                raise is_taken(chosen)
            claim = Claim(chosen, self._registry.new_id(chosen))
            try:
                held = await in_thread(self._claims.take, claim)
                break
            except Claimed:
                tried.add(chosen)
        async with _keeping(held):
            yield Reserved(chosen, claim.cluster_id, held)

    @asynccontextmanager
    async def for_restart(self, name: str, old: str) -> AsyncIterator[Reserved]:
        """Hold the name of the cluster `old` for the one that takes its place.

        Raises
        ------
        ClusterNotFound
            If another one takes its place already.
        StorageUnavailable
        """
        claim = Claim(name, self._registry.new_id(name), replaces=old)
        try:
            held = await in_thread(self._claims.take, claim, old)
        except Claimed as error:
            first = error.found.claim
            if first is None or first.replaces == old:
                raise ClusterNotFound(f'"{name}" is being restarted already.') from None
            # Two clusters have had the name since before names were claimed: that is no reason to refuse.
            yield Reserved(name, claim.cluster_id, None)
            return
        async with _keeping(held):
            yield Reserved(name, claim.cluster_id, held)

    @asynccontextmanager
    async def for_renaming(self, name: str, cluster_id: str, old: str) -> AsyncIterator[None]:
        """Hold a name while a cluster takes it in place of `old`.

        Where the controller does not answer the name stays held, until its record says what it has done.

        Raises
        ------
        NameTaken
            If another listed cluster has it, or is about to.
        StorageUnavailable
        """
        if name in self._clusters.names():
            raise is_taken(name)
        try:
            held = await in_thread(self._claims.take, Claim(name, cluster_id), cluster_id)
        except Claimed:
            raise is_taken(name) from None
        async with _keeping(held):
            yield
        await in_thread(self._claims.forget, old, cluster_id)

    async def close(self) -> None:
        """Wait until the names of clusters that are gone can be had again."""
        await self._forgetting.finish()

    def _forget(self, handle: ClusterHandle) -> None:
        """Let others have the name of a cluster that is gone."""
        self._forgetting.begin(in_thread(self._claims.forget, handle.cluster.name, handle.id))

    def _stands(self, found: Found) -> bool:
        claim = found.claim
        if claim is None:
            return found.in_the_making
        try:
            record = self._registry.read(claim.cluster_id)
        except ClusterNotFound:
            return not claim.done and found.in_the_making
        except DaskSlurmError:  # it is there, whatever it says
            return True
        if record.cluster.name == claim.what:
            return not _leaves(record)
        if record.cluster.status in OVER:
            return False
        after_s = (self._registry.record_stamp(claim.cluster_id)[1] - found.written_ns) / 1e9
        return after_s < RENAMING_LIMIT_S


@asynccontextmanager
async def _keeping(held: HeldClaim) -> AsyncIterator[None]:
    """Keep a claim of which something came, or may still; release any other."""
    try:
        yield
    except NoAnswer:
        raise
    except BaseException:
        await in_thread(held.release)
        raise
    await in_thread(held.keep)


def _leaves(record: Record) -> bool:
    """Return whether its user has stopped the cluster: it leaves the list, and its directory is removed."""
    return record.cluster.status == "stopped" and record.cluster.ended is None


def is_taken(name: str) -> NameTaken:
    """Return what is said where a name is had already."""
    return NameTaken(f'A cluster with the name "{name}" exists already.', field="name")


def free_name(taken: Collection[str], usual: str | None) -> str:
    """Return the usual name, with a number where it is taken; without one ``dask-<n>``."""
    if usual is not None and usual not in taken:
        return usual
    # A name has 40 characters at most.
    stem, number = (f"{usual[:35]}-", 2) if usual else ("dask-", 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
