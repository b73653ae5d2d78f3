"""``/profiles``: options under a name."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado import web

from .base import DaskSlurmHandler


class ProfilesHandler(DaskSlurmHandler):
    """All profiles of this user."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        await self.services.warm_up()
        await self.reply(await self.services.profiles.all())


class ProfileHandler(DaskSlurmHandler):
    """One profile."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Show it."""
        await self.services.warm_up()
        await self.reply(await self.services.profiles.get(name))

    @web.authenticated
    @authorized
    async def put(self, name: str) -> None:
        """Save it as one of the user's own."""
        await self.reply(await self.services.profiles.put(name, self.body()))

    @web.authenticated
    @authorized
    async def delete(self, name: str) -> None:
        """Remove one of the user's own."""
        await self.services.profiles.delete(name)
        self.set_status(204)
        self.finish()


handlers = [(r"/profiles", ProfilesHandler), (r"/profiles/(?P<name>[^/]+)", ProfileHandler)]
