"""Dask's performance report of this cluster: one HTML file that needs no network to be read."""

from __future__ import annotations

import asyncio

from distributed.diagnostics.task_stream import TaskStreamPlugin

from ...protocol.errors import ControllerUnreachable, EnvironmentUnusable
from ..backend.scheduler import ControllerScheduler, dashboard_problem

PATIENCE_S = 60.0
"""How long all workers together may take to send their profiles, in seconds."""

TASKS_KEPT = 20_000
"""So many of the newest tasks are drawn: each costs the scheduler memory while the cluster lives."""


class Reporter:
    """Makes reports of `scheduler`, from its start until they are asked for."""

    def __init__(self, scheduler: ControllerScheduler) -> None:
        self._scheduler = scheduler
        self._one_at_a_time = asyncio.Lock()
        # Dask notes tasks from when a report or a page is first asked for: too late for what has run.
        scheduler.add_plugin(TaskStreamPlugin(scheduler, maxlen=TASKS_KEPT))

    async def html(self) -> str:
        """Return the report as a page with all its scripts.

        Raises
        ------
        EnvironmentUnusable
            Where this environment has no Bokeh, or one that Dask cannot draw with.
        ControllerUnreachable
            Where the workers did not answer in time.
        """
        problem = dashboard_problem()
        if problem is not None:
            raise EnvironmentUnusable(f"There can be no report: {problem}")
        async with self._one_at_a_time:
            try:
                # Dask writes the page into a temporary file on its way: in this process's own directory.
                return await asyncio.wait_for(self._render(), PATIENCE_S)
            except ImportError as error:
                raise EnvironmentUnusable("Dask cannot draw with this Bokeh.", details=str(error)) from error
            except asyncio.TimeoutError:
                raise ControllerUnreachable(
                    f"The workers did not send their profiles within {PATIENCE_S:.0f} s."
                ) from None

    async def _render(self) -> str:
        page: str = await self._scheduler.performance_report(
            start=self._scheduler.time_started, last_count=0, mode="inline"
        )
        return page
