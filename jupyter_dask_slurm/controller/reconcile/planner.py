"""How many jobs there shall be: what the user asked for, or in adaptive mode what the load deserves."""

from __future__ import annotations

import asyncio
import logging
import time

from distributed import Scheduler

from ...protocol.models import Scaling
from ..backend.base import JobCluster
from ..state.history import History
from ..state.jobs import JobTable
from ..state.phases import phase_of
from ..state.state import ClusterState
from ..state.workers import Workers, connected, workers_of
from .adaptive import LOOK_S, Limits, Load, Lull, adapt

logger = logging.getLogger(__name__)


class Planner:
    """Writes `state.scaling` and `state.plan`."""

    def __init__(
        self, state: ClusterState, job_table: JobTable, cluster: JobCluster, history: History
    ) -> None:
        self._state = state
        self._job_table = job_table
        self._cluster = cluster
        self._history = history
        self._lull: Lull | None = None
        self._scaled = asyncio.Event()

    def scale(self, scaling: Scaling) -> None:
        """Do as the user asks; adaptive scaling begins with the jobs that are there."""
        if scaling != self._state.scaling:
            self._history.add("scaled", f"Scaled to {_in_words(scaling)}.")
        self._state.scaling = scaling
        self._state.plan = plan_of(scaling, self._state.plan)
        self._lull = None
        self._scaled.set()

    async def run(self) -> None:
        """In adaptive mode look at the load every few seconds, until cancelled."""
        while True:
            self._scaled.clear()
            if self._state.scaling.mode == "manual":
                await self._scaled.wait()
                continue
            try:
                self._adapt()
            except Exception:
                # One look that failed must not leave the cluster at its size for ever.
                logger.exception("The load could not be judged")
            await asyncio.sleep(LOOK_S)

    def _adapt(self) -> None:
        state = self._state
        if state.status != "running":
            return
        load = load_of(self._job_table, connected(self._cluster.scheduler), self._cluster.scheduler)
        plan, self._lull = adapt(state.plan, load, limits(state), self._lull, time.monotonic())
        if plan != state.plan:
            self._history.add("adapted", f"Adapted to its load: {_jobs(plan)} instead of {state.plan}.")
            state.plan = plan
            state.wake.emit()
            state.changed.emit()


def load_of(job_table: JobTable, workers: Workers, scheduler: Scheduler) -> Load:
    """Return what decides how many jobs suit the load."""
    phases = [phase_of(job, workers) for job in job_table.live() if job.wanted]
    return Load(
        workers=int(scheduler.adaptive_target()),
        per_job=job_table.workers_per_job,
        present=len(workers),
        waiting=phases.count("queued") + phases.count("starting"),
        busy=sum(
            any(worker.processing for worker in workers_of(job, workers)) for job in job_table if job.wanted
        ),
    )


def limits(state: ClusterState) -> Limits:
    """Return between how many jobs adaptive scaling may choose.

    Jobs that somebody cancelled from outside are not submitted again under another name: until the
    user asks for them, the maximum is lower by them.
    """
    maximum = max(0, (state.scaling.maximum_jobs or 0) - len(state.cancelled_outside))
    return Limits(min(state.scaling.minimum_jobs or 0, maximum), maximum)


def plan_of(scaling: Scaling, present: int) -> int:
    """Return how many jobs a scaling wants to begin with; adaptive scaling moves it later."""
    if scaling.mode == "manual":
        return scaling.jobs or 0
    return min(max(present, scaling.minimum_jobs or 0), scaling.maximum_jobs or 0)


def _in_words(scaling: Scaling) -> str:
    if scaling.mode == "manual":
        return _jobs(scaling.jobs or 0)
    return f"between {scaling.minimum_jobs} and {scaling.maximum_jobs} jobs, as needed"


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
