"""The server extension: what is wired to what."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp

from .routes import url_table
from .routes.base import SERVICES_KEY
from .settings import DaskSlurmSettings
from .system.beside_loop import in_thread
from .system.event_loop.background import Background

if TYPE_CHECKING:
    from .protocol.models import Cluster

EVENT_SCHEMA_ID = "https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1"


class DaskSlurmExtension(DaskSlurmSettings, ExtensionApp):
    """Dask on a Slurm cluster from JupyterLab."""

    name = "jupyter_dask_slurm"

    def initialize_settings(self) -> None:
        """Prepare what the routes stand on."""
        server = self._server()
        self._opening = Background()
        self._services = self.make_services(server.kernel_spec_manager, Path(server.root_dir), self._emit)
        self.settings[SERVICES_KEY] = self._services
        server.event_logger.register_event_schema(Path(__file__).parent / "events" / "cluster.yaml")

    def initialize_handlers(self) -> None:
        """Give Jupyter our routes."""
        self.handlers.extend(url_table())

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Find the clusters that exist already (called by Jupyter once its loop runs)."""
        self._opening.begin(self._open())

    async def _open(self) -> None:
        await self._services.open()
        from .clusters.autostart import start_profiles, wants_initial

        names = list(self.autostart)
        # Dask is only asked where one of its files speaks of it: that takes a process and a second.
        if await in_thread(wants_initial, os.environ):
            names += await self._services.profiles.initial()
        await start_profiles(self._services.manager, names)

    async def stop_extension(self) -> None:
        """Let go of the clusters; they live on."""
        await self._opening.finish()
        await self._services.close()

    def _server(self) -> Any:
        """Return Jupyter's server, which is there once it has loaded us."""
        return self.serverapp

    def _emit(self, cluster_id: str, cluster: Cluster | None) -> None:
        """Tell the browsers that listen."""
        from .protocol.models import ClusterEvent

        event = ClusterEvent(
            "removed" if cluster is None else "changed",
            cluster_id,
            cluster,
            {} if cluster is None else self._services.languages.each_of(cluster),
        )
        self._server().event_logger.emit(schema_id=EVENT_SCHEMA_ID, data=event.to_json())
