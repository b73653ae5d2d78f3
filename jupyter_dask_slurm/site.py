"""What this Slurm offers, together with the kernels of this Jupyter."""

from __future__ import annotations

import shutil

from .environments import Environments
from .models import Site, SlurmInfo


class SiteSource:
    """Answers what Slurm and this machine offer."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments

    async def site(self) -> Site:
        """Return what Slurm says; without kernels."""
        return self.machine()

    def machine(self) -> Site:
        """Return what is known without asking Slurm."""
        return Site(SlurmInfo(available=shutil.which("sbatch") is not None))

    async def site_with_kernels(self) -> Site:
        """Return all of it."""
        site = await self.site()
        kernels = await self._environments.kernels()
        return Site(site.slurm, site.partitions, site.accounts, site.qos, site.interfaces, tuple(kernels))
