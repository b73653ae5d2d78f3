"""``/clusters``: list, start, see, change, stop, restart."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from jupyter_server.utils import url_path_join
from tornado import web

from .base import CLUSTER, DaskSlurmHandler
from .bodies import change_request, cluster_request, restart_request


class ClustersHandler(DaskSlurmHandler):
    """All clusters of this user."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        await self.reply(self.manager.answer())

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start one."""
        cluster = await self.manager.start(cluster_request(self.body()), self.key)
        self.set_header("Location", url_path_join(self.request.path, cluster.id))
        await self.reply(cluster, 201)


class ClusterHandler(DaskSlurmHandler):
    """One cluster."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Show it."""
        await self.reply(self.manager.get(cluster_id))

    @web.authenticated
    @authorized
    async def patch(self, cluster_id: str) -> None:
        """Scale, rename, keep longer."""
        self.manager.get(cluster_id)
        await self.reply(await self.manager.change(cluster_id, change_request(self.body()), self.key))

    @web.authenticated
    @authorized
    async def delete(self, cluster_id: str) -> None:
        """Stop it, or forget it once it has ended."""
        cluster = await self.manager.stop(cluster_id)
        if cluster is None:
            self.set_status(204)
            self.finish()
        else:
            await self.reply(cluster, 202)


class RestartHandler(DaskSlurmHandler):
    """The same cluster again."""

    @web.authenticated
    @authorized
    async def post(self, cluster_id: str) -> None:
        """Start it anew, with changes."""
        key = self.key
        if key is None:  # else it may be gone because of this very request
            self.manager.get(cluster_id)
        request = restart_request(self.body(optional=True))
        cluster = await self.manager.restart(cluster_id, request, key)
        clusters = self.request.path.rpartition(f"/{cluster_id}/restart")[0]
        self.set_header("Location", url_path_join(clusters, cluster.id))
        await self.reply(cluster, 201)


handlers = [
    (r"/clusters", ClustersHandler),
    (rf"/clusters/{CLUSTER}", ClusterHandler),
    (rf"/clusters/{CLUSTER}/restart", RestartHandler),
]
