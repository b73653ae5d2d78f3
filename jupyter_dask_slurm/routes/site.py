"""``/site``, ``/schema`` and the contract itself."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..translation.wording import reworded_schema
from .base import DaskSlurmHandler
from .bodies import options_schema

CONTRACT = Path(__file__).parent.parent / "openapi.yaml"


class SiteHandler(DaskSlurmHandler):
    """What this Slurm offers to this user, and the kernels of this Jupyter."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Show it."""
        slurm_cluster = self.get_query_argument("slurm_cluster", None) or None
        site, reasons = await asyncio.gather(
            self.sites.site_with_kernels(slurm_cluster), self.services.placement_advice.reasons()
        )
        await self.reply(dataclasses.replace(site, controller_reasons=reasons))


class SchemaHandler(DaskSlurmHandler):
    """The options as a JSON schema, for the form."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Show it."""
        await self.services.warm_up()
        limits = self.services.limits
        schema = options_schema(limits.hidden_options, limits.required_options)
        await self.reply(schema, reword=reworded_schema)


class ContractHandler(DaskSlurmHandler):
    """The OpenAPI document."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Show it."""
        self.finish(CONTRACT.read_bytes(), set_content_type="application/yaml")


class CheckHandler(DaskSlurmHandler):
    """The check of the interfaces."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Say what it will spend, whether one is under way, and what the last one has found."""
        await self.reply(await self.services.interface_check.state())

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Start one."""
        await self.reply(await self.services.interface_check.start(self.key), 202)


handlers = [
    (r"/site", SiteHandler),
    (r"/site/check", CheckHandler),
    (r"/schema", SchemaHandler),
    (r"/openapi\.yaml", ContractHandler),
]
