"""``/preview``: what a form would send to Slurm."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import DaskSlurmHandler
from .bodies import preview_request


class PreviewHandler(DaskSlurmHandler):
    """The script and the command of a cluster that is not started."""

    changes = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Show them."""
        self.reply(await self.services.previews.preview(*preview_request(self.body())))


handlers = [(r"/preview", PreviewHandler)]
