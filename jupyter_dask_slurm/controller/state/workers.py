"""The scheduler's workers by name, and what their coming and going says about jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Any, Literal

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin

from .jobs import JobTable, TrackedJob
from .phases import connected_workers, is_suspended

Workers = dict[str, Any]
"""Worker name → ``distributed.scheduler.WorkerState``."""


def connected(scheduler: Scheduler) -> Workers:
    """Return the connected workers by name."""
    return {str(worker.name): worker for worker in scheduler.workers.values()}


def workers_of(job: TrackedJob, workers: Workers) -> list[Any]:
    """Return the connected workers of a job."""
    return [workers[name] for name in job.workers if name in workers]


def is_idle(job: TrackedJob, workers: Workers) -> bool:
    """Return whether nothing would be lost with the job: no task runs, no result is only there."""
    return not any(
        worker.processing or any(len(task.who_has or ()) == 1 for task in worker.has_what)
        for worker in workers_of(job, workers)
    )


Change = Literal["connected", "lost", "back"]


def note_connections(
    jobs: Iterable[TrackedJob], workers: Workers, now: float
) -> list[tuple[TrackedJob, Change]]:
    """Write into jobs, of which workers came or went, whether they have all of them; return what changed.

    Returns
    -------
    list of (job, word)
        The word is ``connected``, ``lost`` or ``back``.
    """
    changes: list[tuple[TrackedJob, Change]] = []
    for job in jobs:
        if not job.live:
            continue
        present = connected_workers(job, workers)
        complete = present == len(job.workers)
        if job.connected_at is None:
            begun = None if complete or not present else now
            job.partial_since = begun and (job.partial_since or begun)
        if complete and job.connected_at is None:
            job.connected_at = now
            changes.append((job, "connected"))
        elif complete and job.lost_at is not None:
            job.lost_at = None
            changes.append((job, "back"))
        elif not complete and job.connected_at is not None and job.lost_at is None:
            job.lost_at = now
            changes.append((job, "lost"))
    return changes


def note_silence(job_table: JobTable, silent: Collection[str], now: float) -> bool:
    """Write into the job table which jobs have workers among those that say nothing; return what is new.

    Returns
    -------
    bool
        Whether a job fell silent, or is heard of again.
    """
    changed = False
    for job in job_table.live():
        is_silent = bool(silent) and any(name in silent for name in job.workers)
        if is_silent != (job.silent_since is not None):
            job.silent_since = now if is_silent else None
            changed = True
    return changed


def suspended_workers(job_table: JobTable, workers: Workers) -> set[str]:
    """Return the names of the workers of jobs that Slurm has stand still."""
    return {name for job in job_table.live() if is_suspended(job, workers) for name in job.workers}


class WorkerWatch(SchedulerPlugin):
    """Tells which workers came or went, once for all that did so in one turn of the loop.

    Parameters
    ----------
    on_change : callable
        Gets their names.
    """

    name = "jupyter-dask-slurm-workers"

    def __init__(self, on_change: Callable[[set[str]], None]) -> None:
        self._on_change = on_change
        self._told: set[str] = set()
        self._names: dict[str, str] = {}

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Note that a worker registered (called by the scheduler)."""
        self._names[worker] = str(scheduler.workers[worker].name)
        self._tell(self._names[worker])

    def remove_worker(self, scheduler: Scheduler, worker: str, **_more: Any) -> None:
        """Note that a worker is gone (called by the scheduler)."""
        if worker in self._names:
            self._tell(self._names.pop(worker))

    def _tell(self, name: str) -> None:
        if not self._told:
            asyncio.get_running_loop().call_soon(self._now)
        self._told.add(name)

    def _now(self) -> None:
        names, self._told = self._told, set()
        self._on_change(names)
