"""What clients do to all of a cluster by Dask's own means: noted when it happens, and said for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin

from ...protocol.models import Problem
from ...protocol.models.problem import CLIENT_RESTARTED, CLIENT_RETIRED
from ...protocol.naming import counted
from ...system import clock
from ..state.history import History
from ..state.jobs import JobTable
from ..state.state import ClientAct, ClusterState
from .grouping import about

ACTS_COUNT_S = 600.0
"""So long afterwards it is still said on the card, in seconds."""

RESTARTED = "A client has all workers restarted (Client.restart()): what they computed and held is gone."
_RETIRED = (
    "a worker (Client.retire_workers()). A job to which none comes back within a minute gives its place to "
    "another."
)
# So Dask calls why a worker goes where `Scheduler.retire_workers` was given no other name for it.
_BY_A_CLIENT = "retire-workers-"


def client_acts(acts: Sequence[ClientAct], now: float) -> list[Problem]:
    """Return a notice of what clients did a short while ago, one of each kind."""
    recent = [act for act in acts if now - act.at < ACTS_COUNT_S]
    restarts = [act.at for act in recent if act.job_id is None]
    retired = {act.job_id: act.at for act in recent if act.job_id is not None}
    found = []
    if restarts:
        found.append(CLIENT_RESTARTED.problem(
            RESTARTED,
            "The cluster goes on with the same jobs: compute again what you need.",
            since=clock.moment(restarts[-1]),
        ))  # fmt: skip
    if retired:
        job_ids = list(retired)
        found.append(about(job_ids, CLIENT_RETIRED.problem(
            f"{counted(job_ids)}: a client retired {_RETIRED}",
            "To have fewer workers, scale the cluster down: then none takes their place.",
            since=clock.moment(max(retired.values())),
        )))  # fmt: skip
    return found


class ClientWatch(SchedulerPlugin):
    """Notes what clients do to all of the cluster."""

    name = "jupyter-dask-slurm-clients"

    def __init__(self, state: ClusterState, job_table: JobTable, history: History) -> None:
        self._state = state
        self._job_table = job_table
        self._history = history
        self._names: dict[str, str] = {}
        self._retired: dict[str, None] = {}

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Remember a worker's name (called by the scheduler)."""
        self._names[worker] = str(scheduler.workers[worker].name)

    def remove_worker(
        self, scheduler: Scheduler, worker: str, *, stimulus_id: str = "", **_more: Any
    ) -> None:
        """Note a worker that a client retired (called by the scheduler)."""
        job = self._job_table.of_worker(self._names.pop(worker, ""))
        # What we end ourselves is retired too, but is not wanted any more by then.
        if job is None or not job.wanted or not stimulus_id.startswith(_BY_A_CLIENT):
            return
        if not self._retired:
            asyncio.get_running_loop().call_soon(self._tell)
        self._retired[job.job_id or job.name] = None
        # Before it is noticed that the worker is gone: that is then no loss of its own.
        job.sent_away = True

    def restart(self, scheduler: Scheduler) -> None:
        """Note that a client has the workers restarted (called by the scheduler)."""
        for job in self._job_table.live():
            job.sent_away = job.connected_at is not None and job.lost_at is None
        self._history.add("restarted", RESTARTED)
        self._keep(None)

    def _tell(self) -> None:
        """Tell once of all that were retired in one turn of the loop."""
        job_ids, self._retired = list(self._retired), {}
        self._history.add_of_jobs("retired", job_ids, f"a client retired {_RETIRED}")
        self._keep(*job_ids)

    def _keep(self, *job_ids: str | None) -> None:
        now = clock.now()
        kept = [act for act in self._state.client_acts if now - act.at < ACTS_COUNT_S]
        self._state.client_acts = (*kept, *(ClientAct(now, job_id) for job_id in job_ids))
        self._state.changed.emit()
