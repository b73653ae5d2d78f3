"""``/preview``: what a form would send to Slurm; ``/forecast``: when variants of it would start."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import DaskSlurmHandler
from .bodies import forecast_request, preview_request


class PreviewHandler(DaskSlurmHandler):
    """The script and the command of a cluster that is not started."""

    changes = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Show them."""
        await self.reply(await self.services.previews.preview(*preview_request(self.body())))


class ForecastHandler(DaskSlurmHandler):
    """When variants of a cluster that is not started would start."""

    changes = False

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Ask Slurm for each."""
        # Here and not above: what previews need is loaded with the first of them.
        from ..preview.variants import try_variants

        await self.reply(await try_variants(self.services.previews, forecast_request(self.body())))


handlers = [(r"/preview", PreviewHandler), (r"/forecast", ForecastHandler)]
