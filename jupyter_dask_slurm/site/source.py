"""What this Slurm offers, together with the kernels of this Jupyter."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from collections.abc import Collection

from ..kernels.environments import Environments
from ..protocol.errors import FAULTS_OF_THIS_MACHINE, DaskSlurmError, SlurmMissing, SlurmUnreachable
from ..protocol.models import Site, SlurmInfo
from ..slurm.installation.reader import MAX_AGE_S, SiteReader
from ..slurm.run import run
from ..system.faults import why_missing
from ..system.network.interfaces import interfaces

# What does not change from hour to hour is not asked for while a user waits.
OLD_ENOUGH_S = 600.0
PING_TIMEOUT_S = 12.0
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
        self._reader = SiteReader()
        self._refreshing: asyncio.Task[Site] | None = None

    async def answering_site(self) -> Site:
        """Return what Slurm offers, having made sure that it answers right now; without kernels.

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
        _, site = await asyncio.gather(_ping(), self._reader.read(max_age_s=OLD_ENOUGH_S))
        if not site.slurm.available:
            raise SlurmUnreachable(f"Nothing was started: {site.slurm.error}", details=site.slurm.error)
        # For the next one who asks.
        self._refreshing = asyncio.create_task(self._reader.read(max_age_s=MAX_AGE_S))
        return self._allowed(site)

    def machine(self) -> Site:
        """Return what is known without asking Slurm."""
        return Site(SlurmInfo(available=shutil.which("sbatch") is not None), interfaces=interfaces())

    async def site_with_kernels(self) -> Site:
        """Return all of it; `Site.slurm.error` says what Slurm did not tell."""
        site, kernels = await asyncio.gather(self._reader.read(), self._environments.kernels())
        return dataclasses.replace(self._allowed(site), kernels=tuple(kernels))

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
        answer = await run(("scontrol", "ping"), timeout_s=PING_TIMEOUT_S)
    except FAULTS_OF_THIS_MACHINE:
        raise
    except DaskSlurmError as error:
        raise SlurmUnreachable(
            f"Nothing was started: {error.message}", details=error.details or error.message
        ) from error
    if " UP" not in answer.stdout:
        raise SlurmUnreachable("Slurm does not answer; nothing was started.", details=answer.stdout.strip())
