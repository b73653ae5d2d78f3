"""``/clusters/{id}/snippet``: a cluster as code."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..protocol.errors import InvalidRequest
from ..system.beside_loop import in_thread
from .base import CLUSTER, DaskSlurmHandler
from .page import address_of


class SnippetHandler(DaskSlurmHandler):
    """A snippet of a cluster."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Show it."""
        kind = self.get_query_argument("kind", None)
        if kind is None:
            raise InvalidRequest("Say which kind of snippet: ?kind=connect.", field="kind")
        address = address_of(self.request, self.base_url) or self.base_url
        await self.reply(await in_thread(self.inspection.snippet, cluster_id, kind, address))


handlers = [(rf"/clusters/{CLUSTER}/snippet", SnippetHandler)]
