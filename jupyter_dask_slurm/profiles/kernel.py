"""Dask's configuration, as a kernel's Python reads it, turned into profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kernels.environments import Environments
from ..protocol.errors import DaskSlurmError, EnvironmentUnusable
from .dask import dask_profiles, initial_clusters
from .profile import Profile

if TYPE_CHECKING:
    from ..kernels.render_client import RenderClient


class KernelProfiles:
    """Asks the default kernel's Python; Jupyter itself imports no dask, and no kernel is started for it.

    Parameters
    ----------
    environments, render_client
        Which Python that is, and the process in it that answers.
    """

    def __init__(self, environments: Environments, render_client: RenderClient) -> None:
        self._environments = environments
        self._render_client = render_client

    async def all(self) -> list[Profile]:
        """Return the profiles; where Dask cannot read its configuration, one entry says why."""
        try:
            configuration = await self._configuration()
        except EnvironmentUnusable:
            return []  # without Dask there is no configuration of Dask
        except DaskSlurmError as error:
            return [Profile("dask", "dask", origin="Dask's configuration", error=error.message)]
        return dask_profiles(configuration)

    async def initial(self) -> list[str]:
        """Return the names of the profiles that dask-labextension would start with Jupyter."""
        try:
            configuration = await self._configuration()
        except DaskSlurmError:
            return []
        return [cluster.name for cluster in initial_clusters(configuration) if cluster.starts]

    async def _configuration(self) -> dict[str, Any]:
        return await self._render_client.configuration(await self._environments.default())
