"""One check at a time, for the panel and the command line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from ...kernels.environments import Environments
from ...protocol.errors import DaskSlurmError, StorageUnavailable, WrongState
from ...protocol.models import ErrorInfo, Model
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ..source import SiteSource
from .check import check_interfaces
from .last_report import last_report, remember
from .report import CheckPlan, CheckReport, make_plan


@dataclass(frozen=True)
class CheckState(Model):
    """What a check will spend, whether one is under way, and what the last one on this host has found."""

    plan: CheckPlan
    running: bool
    report: CheckReport | None
    error: ErrorInfo | None
    """Why the last one could not be done."""


class InterfaceCheck:
    """Starts checks and keeps what they find."""

    def __init__(self, sites: SiteSource, environments: Environments, shared: Path) -> None:
        self._sites = sites
        self._environments = environments
        self._shared = shared
        self._checking = Background()
        self._error: ErrorInfo | None = None
        self._key: str | None = None

    async def state(self) -> CheckState:
        """Return what is known now.

        Raises
        ------
        SlurmUnavailable
            So it cannot be said what there is to be checked.
        """
        plan = make_plan(await self._sites.answering_site())
        try:
            report, error = await in_thread(last_report, self._shared), self._error
        except StorageUnavailable as broken:
            report, error = None, self._error or _info(broken)
        return CheckState(plan, self._checking.runs, report, error)

    async def start(self, key: str | None = None) -> CheckState:
        """Start a check, one for each `key`; returns at once.

        Raises
        ------
        WrongState
            If one is under way that a request of another key, or of none, has started.
        SlurmUnavailable
        """
        if key is not None and key == self._key:
            return await self.state()
        if self._checking.runs:
            raise WrongState("A check of the interfaces is under way already.")
        state = await self.state()
        if not self._checking.runs:
            self._error, self._key = None, key
            self._checking.begin(self._check())
        return CheckState(state.plan, True, state.report, None)

    async def finish(self) -> CheckState:
        """Wait for the end of a check."""
        await self._checking.finish()
        return await self.state()

    async def close(self) -> None:
        """Give up a check that is under way; its jobs are cancelled."""
        await self._checking.end()

    async def _check(self) -> None:
        try:
            site = await self._sites.answering_site()
            report = await check_interfaces(site, self._shared, python=await self._python())
            await in_thread(remember, self._shared, report)
        except DaskSlurmError as error:
            self._error = _info(error)

    async def _python(self) -> str:
        """Return a Python that the nodes probably see: that of the kernel by default."""
        try:
            environment = await self._environments.find(None, None, backend="local")
        except DaskSlurmError:
            return sys.executable
        return environment.python or sys.executable


def _info(error: DaskSlurmError) -> ErrorInfo:
    return ErrorInfo(error.message, type(error).__name__, error.details)
