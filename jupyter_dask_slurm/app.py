"""The server extension: its configuration, and what is wired to what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Integer, List, Unicode

from .connection import SHARED_VARIABLE, default_shared_directory
from .environments import Environments
from .inspection import Inspection
from .limits import Limits
from .manager import ClusterManager
from .models import Cluster
from .registry import Registry
from .routes import url_table
from .routes.base import INSPECTION_KEY, MANAGER_KEY, SITES_KEY
from .site import SiteSource
from .start import Starter

EVENT_SCHEMA_ID = "https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1"


class DaskSlurmExtension(ExtensionApp):
    """Dask on a Slurm cluster from JupyterLab."""

    name = "jupyter_dask_slurm"

    shared_directory = Unicode(
        help="Where clusters are kept: a directory of this user that the compute nodes see under the same "
        "path. By default dask-slurm below Jupyter's data directory.",
        config=True,
    )
    max_clusters = Integer(
        None, allow_none=True, help="Clusters of a user at a time. No limit by default.", config=True
    )
    max_jobs_per_cluster = Integer(
        None, allow_none=True, help="Jobs of one cluster. No limit by default.", config=True
    )
    max_cores = Integer(
        None,
        allow_none=True,
        help="Cores of all jobs of all clusters of a user. No limit by default.",
        config=True,
    )
    allowed_partitions = List(
        Unicode(), help="Partitions that may be used; the first is the default. All by default.", config=True
    )
    require_secure = Bool(True, help="Whether clusters must be encrypted.", config=True)
    idle_timeout_default_s = Integer(
        3600, help="Seconds after which an idle cluster ends; 0 is never.", config=True
    )
    site_profiles = Unicode(help="Path of a YAML file with presets of this site.", config=True)
    autostart = List(Unicode(), help="Profiles of which a cluster starts with Jupyter.", config=True)

    def initialize_settings(self) -> None:
        """Make the manager and what it stands on."""
        server = self._server()
        folder = Path(server.root_dir)
        if self.shared_directory:
            # Kernels inherit it: `connect` in a notebook looks at the same place.
            os.environ[SHARED_VARIABLE] = self.shared_directory
        registry = Registry(default_shared_directory())
        environments = Environments(server.kernel_spec_manager)
        sites = SiteSource(environments)
        limits = Limits(
            self.max_clusters,
            self.max_jobs_per_cluster,
            self.max_cores,
            self.allowed_partitions,
            self.require_secure,
        )
        starter = Starter(
            registry, environments, sites, limits, folder=folder, idle_timeout_s=self.idle_timeout_default_s
        )
        manager = ClusterManager(registry, starter, limits, self._emit)
        self.settings.update({MANAGER_KEY: manager, INSPECTION_KEY: Inspection(manager), SITES_KEY: sites})
        server.event_logger.register_event_schema(Path(__file__).parent / "events" / "cluster.yaml")

    def initialize_handlers(self) -> None:
        """Give Jupyter our routes."""
        self.handlers.extend(url_table())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Find the clusters that exist already (called by Jupyter once its loop runs)."""
        await self.settings[MANAGER_KEY].open()

    async def stop_extension(self) -> None:
        """Let go of the clusters; they live on."""
        await self.settings[MANAGER_KEY].close()

    def _server(self) -> Any:
        """Return Jupyter's server, which is there once it has loaded us."""
        return self.serverapp

    def _emit(self, cluster_id: str, cluster: Cluster | None) -> None:
        """Tell the browsers that listen."""
        self._server().event_logger.emit(
            schema_id=EVENT_SCHEMA_ID,
            data={
                "action": "changed" if cluster is not None else "removed",
                "cluster_id": cluster_id,
                "cluster": cluster.to_json() if cluster is not None else None,
            },
        )
