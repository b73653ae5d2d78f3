"""What there is for a cluster: its backend, its Python, its site. Asked once for each request."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..kernels.dask_files import mention
from ..kernels.environment import Environment
from ..kernels.environments import Environments
from ..protocol.models import Backend, Site
from ..site.defaults import defaults_for
from ..site.interface_check.last_report import remembered_interface
from ..site.source import SiteSource
from ..system.beside_loop import in_thread
from ..system.places import is_there
from .resolve import ClusterSpec


@dataclass(frozen=True)
class Surroundings:
    """What a cluster of such a spec would find here.

    Attributes
    ----------
    options : dict
        What was asked for, with the Slurm cluster that it means.
    defaults : dict
        What holds where neither the user nor Dask's configuration says anything.
    configured : bool
        Whether Dask's configuration may say something about dask-jobqueue there.
    """

    backend: Backend
    options: dict[str, Any]
    environment: Environment
    site: Site
    defaults: dict[str, Any]
    configured: bool


class Surveyor:
    """Finds out what there is.

    Parameters
    ----------
    shared : Path
        Where the last check of the interfaces is kept.
    allowed_partitions : collection of str
        Those that the administrator allows, none where all.
    """

    def __init__(
        self, environments: Environments, sites: SiteSource, shared: Path, allowed_partitions: Collection[str]
    ) -> None:
        self._environments = environments
        self._sites = sites
        self._shared = shared
        self._allowed_partitions = tuple(allowed_partitions)

    async def knows_environment(self, spec: ClusterSpec, within_s: float) -> bool:
        """Return whether the kernel of such a cluster is known by then; the first look may take long."""
        kernel, python = spec.options.get("kernel"), spec.options.get("python")
        return await self._environments.is_known_within(kernel, python, within_s)

    async def survey(self, spec: ClusterSpec) -> Surroundings:
        """Return what there is for such a cluster; changes nothing.

        Raises
        ------
        EnvironmentUnusable, SlurmUnavailable
        """
        backend = spec.backend or ("slurm" if shutil.which("sbatch") else "local")
        options, site = await self._site(spec, backend)
        environment = await self._environments.find(
            options.get("kernel"), options.get("python"), backend=backend
        )
        interface, configured = await in_thread(self._on_disk, environment)
        return Surroundings(
            backend=backend,
            options=options,
            environment=environment,
            site=site,
            defaults=defaults_for(backend, options, site, interface, self._allowed_partitions),
            configured=configured and backend == "slurm",
        )

    async def _site(self, spec: ClusterSpec, backend: Backend) -> tuple[dict[str, Any], Site]:
        if backend == "local":
            return spec.options, self._sites.machine()
        meant = await self._sites.cluster_meant(spec.options.get("slurm_cluster"))
        options = {**spec.options, "slurm_cluster": meant} if meant else spec.options
        return options, await self._sites.answering_site(meant)

    def _on_disk(self, environment: Environment) -> tuple[str | None, bool]:
        return remembered_interface(self._shared), _speaks_of_jobqueue(environment)


def _speaks_of_jobqueue(environment: Environment) -> bool:
    """Return whether Dask's configuration may say something about dask-jobqueue there; blocks on the disk."""
    environ = environment.variables(os.environ)
    python = Path(environment.python or environment.argv[0])
    # In a container, what its Python reads cannot be seen from here.
    return not is_there(python) or mention("jobqueue", "jobqueue", environ, python.parent.parent)
