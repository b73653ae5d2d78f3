"""The server extension: its configuration, and what is wired to what."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Integer, List, Unicode

from .routes import url_table
from .routes.base import SERVICES_KEY
from .services import Services
from .shared_directory import SHARED_VARIABLE

if TYPE_CHECKING:
    from .models import Cluster

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

    def initialize_settings(self) -> None:
        """Prepare what the routes stand on."""
        server = self._server()
        if self.shared_directory:
            # Kernels inherit it: `connect` in a notebook looks at the same place.
            os.environ[SHARED_VARIABLE] = self.shared_directory
        limits = ("max_clusters", "max_jobs_per_cluster", "max_cores", "allowed_partitions", "require_secure")
        self._opening: asyncio.Task[None] | None = None
        self._services = self.settings[SERVICES_KEY] = Services(
            server.kernel_spec_manager,
            folder=Path(server.root_dir),
            limits={name: getattr(self, name) for name in limits},
            idle_timeout_s=self.idle_timeout_default_s,
            changed=self._emit,
        )
        server.event_logger.register_event_schema(Path(__file__).parent / "events" / "cluster.yaml")

    def initialize_handlers(self) -> None:
        """Give Jupyter our routes."""
        self.handlers.extend(url_table())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Find the clusters that exist already (called by Jupyter once its loop runs)."""
        self._opening = asyncio.create_task(self._services.open())

    async def stop_extension(self) -> None:
        """Let go of the clusters; they live on."""
        if self._opening is not None:
            await asyncio.gather(self._opening, return_exceptions=True)
        await self._services.close()

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
