"""What this Slurm offers, together with the kernels of this Jupyter."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import shutil
import time
from collections.abc import Collection

from ..checks.sentences import listed
from ..kernels.environments import Environments
from ..protocol.errors import (
    FAULTS_OF_THIS_MACHINE,
    DaskSlurmError,
    SiteRefuses,
    SlurmMissing,
    SlurmUnreachable,
)
from ..protocol.models import Site, SlurmInfo
from ..slurm.address.which_cluster import NO_DATABASE, chosen, named_in, on_cluster
from ..slurm.installation.configuration import read_config
from ..slurm.installation.other_clusters import known_clusters
from ..slurm.installation.reader import MAX_AGE_S, SiteReader
from ..slurm.run import TIMEOUT_S, run
from ..system import clock
from ..system.event_loop.background import Background
from ..system.faults import why_missing
from ..system.network.interfaces import interfaces

# What does not change from hour to hour is not asked for while a user waits.
OLD_ENOUGH_S = 600.0
PING_TIMEOUT_S = 12.0
TURNED_AWAY_S = 3.0
_NOT_ALLOWED = "the administrator of this Jupyter server does not allow it (allowed_partitions)"


class SiteSource:
    """Answers what Slurm, this machine and this Jupyter offer.

    Parameters
    ----------
    allowed_partitions : collection of str
        Those that the administrator of this Jupyter server allows; empty is all of them.
    """

    def __init__(self, environments: Environments, allowed_partitions: Collection[str] = ()) -> None:
        self._environments = environments
        self._allowed_partitions = allowed_partitions
        self._readers: dict[str | None, SiteReader] = {}
        self._refreshing = Background()
        self._known: tuple[float, dict[str, bool]] | None = None

    async def cluster_meant(self, asked: str | None) -> str | None:
        """Return which Slurm cluster Slurm's commands have to name; None: that of this host, without a name.

        Parameters
        ----------
        asked : str, optional
            Option ``slurm_cluster``; without it counts what ``SLURM_CLUSTERS`` says.

        Raises
        ------
        SiteRefuses
            There is no such cluster; the sentence says which there are.
        SlurmUnavailable
            Slurm's database does not answer.
        """
        name = asked or named_in(os.environ)
        if name is None:
            return None
        try:
            known = await self._known_clusters()
        except FAULTS_OF_THIS_MACHINE:
            raise
        except DaskSlurmError as error:
            raise SlurmUnreachable(
                f"Slurm cluster {name} cannot be reached now: {NO_DATABASE}", details=error.details
            ) from error
        found = next((one for one in known if one.casefold() == name.casefold()), None)
        if found is not None:
            return found
        whence = "" if asked else ", which SLURM_CLUSTERS names,"
        there_are = (
            f"There are: {listed(known)}."
            if known
            else "Clusters are named by Slurm's database (slurmdbd), which this one has not; leave it empty."
        )
        raise SiteRefuses(
            f'Slurm cluster "{name}"{whence} is not known here. {there_are}', field="options.slurm_cluster"
        )

    async def _known_clusters(self) -> dict[str, bool]:
        now = time.monotonic()
        if self._known is None or now - self._known[0] > MAX_AGE_S:
            self._known = (now, await known_clusters())
        return self._known[1]

    async def answering_site(self, slurm_cluster: str | None = None) -> Site:
        """Return what Slurm offers, having made sure that it answers right now; without kernels.

        Parameters
        ----------
        slurm_cluster : str, optional
            What `cluster_meant` returned.

        Raises
        ------
        SlurmMissing
            No Slurm on this machine.
        SlurmUnreachable
            It does not answer.
        """
        if shutil.which("sbatch") is None:
            raise SlurmMissing(
                "Slurm's commands are not on this machine: there is no sbatch. "
                f"(sbatch: {why_missing('sbatch')}) "
                "Or choose the backend local.",
                field="backend",
            )
        with on_cluster(slurm_cluster):
            reader = self._reader(slurm_cluster)
            _, site = await asyncio.gather(_ping(), reader.read(max_age_s=OLD_ENOUGH_S))
            # For the next one who asks.
            self._refreshing.begin(reader.read(max_age_s=MAX_AGE_S))
        if not site.slurm.available:
            raise SlurmUnreachable(f"Nothing was started: {site.slurm.error}", details=site.slurm.error)
        return self._allowed(site)

    def machine(self) -> Site:
        """Return what is known without asking Slurm."""
        return Site(SlurmInfo(available=shutil.which("sbatch") is not None), interfaces=interfaces())

    async def site_with_kernels(self, slurm_cluster: str | None = None) -> Site:
        """Return all of it; `Site.slurm.error` says what Slurm did not tell.

        Raises
        ------
        SiteRefuses
            There is no such Slurm cluster.
        """
        site, kernels = await asyncio.gather(
            self._whatever_is_known(slurm_cluster), self._environments.kernels()
        )
        return dataclasses.replace(self._allowed(site), kernels=tuple(kernels))

    async def _whatever_is_known(self, slurm_cluster: str | None) -> Site:
        try:
            meant = await self.cluster_meant(slurm_cluster)
        except DaskSlurmError as error:
            if slurm_cluster is not None and isinstance(error, SiteRefuses):
                raise
            return Site(SlurmInfo(False, error=error.message), interfaces=interfaces())
        with on_cluster(meant):
            return await self._reader(meant).read()

    def _reader(self, slurm_cluster: str | None) -> SiteReader:
        return self._readers.setdefault(slurm_cluster, SiteReader())

    def _allowed(self, site: Site) -> Site:
        """Return the site with the partitions closed that the administrator does not allow."""
        if not self._allowed_partitions:
            return site
        partitions = (
            found
            if found.name in self._allowed_partitions
            else dataclasses.replace(found, allowed=False, why_closed=found.why_closed or _NOT_ALLOWED)
            for found in site.partitions
        )
        return dataclasses.replace(site, partitions=tuple(partitions))


async def _ping() -> None:
    try:
        # "ping" asks this host's own, whatever is named.
        if chosen() is not None or await _is_not_let_in():
            await read_config(timeout_s=PING_TIMEOUT_S if chosen() else TIMEOUT_S)
    except FAULTS_OF_THIS_MACHINE:
        raise
    except DaskSlurmError as error:
        raise SlurmUnreachable(
            f"Nothing was started: {error.message}", details=error.details or error.message
        ) from error


async def _is_not_let_in() -> bool:
    """Return whether a ping was turned away at once; False where it was answered.

    Where it limits requests, slurmctld leaves a ping unanswered, and scontrol says at once that it is down
    (24.11, tried). What else is asked waits for its turn. A slurmctld that hangs is not asked twice.
    """
    began_at = clock.now()
    try:
        answer = await run(("scontrol", "ping"), timeout_s=PING_TIMEOUT_S)
    except FAULTS_OF_THIS_MACHINE:
        raise
    except DaskSlurmError:
        if clock.now() - began_at > TURNED_AWAY_S:
            raise
        return True
    return " UP" not in answer.stdout
