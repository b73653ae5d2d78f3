"""``/examples``: the notebooks that the panel and the launcher offer.

The browser saves a copy where the user works.
"""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from . import example_notebooks as examples
from .base import DaskSlurmHandler


class ExamplesHandler(DaskSlurmHandler):
    """All examples."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List their names and titles."""
        await self.reply(examples.summaries())


class ExampleHandler(DaskSlurmHandler):
    """One example."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Show it, as a notebook document."""
        await self.reply(examples.notebook(name))


handlers = [(r"/examples", ExamplesHandler), (r"/examples/(?P<name>[\w-]+)", ExampleHandler)]
