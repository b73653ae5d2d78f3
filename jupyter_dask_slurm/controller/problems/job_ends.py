"""A job ended without our asking, or a worker was killed: what is written down of it for `problems`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from ...protocol.errors import StorageUnavailable
from ...system.logs import tail
from ..state.jobs import End, EndPolicy, JobTable, TrackedJob
from ..state.state import ClusterState, Loss, MemoryKill
from .memory import MOST_KILLS

_LINES_READ = 200
_LINES_KEPT = 8
# Of a traceback only the lines that say what happened; they begin at the margin.
_NOISE = (" ", "\t", "Traceback (most", "The above exception", "During handling")
# Thousands of jobs may end at once: the words of a few are read from the disk.
_MOST_HEARD = 10
_AT_ONCE_S = 60.0
_KILLED_BY_NANNY = "worker-restart-memory"  # distributed.worker_memory.NannyMemoryManager


def note_end(state: ClusterState, job: TrackedJob, end: End, policy: EndPolicy) -> Loss:
    """Write into `state` what the end of a job means for those who look at it."""
    loss = Loss(job.job_id or job.name, end.state, end.at, end.exit_code)
    if policy == "asked":
        return loss
    if policy == "failed":
        heard = len(state.failures) < _MOST_HEARD
        state.failures += (replace(loss, words=last_words(job) if heard else None),)
    elif policy == "outside":
        state.cancelled_outside += (loss,)
    if end.kind == "memory":
        memory = job.seen.memory_bytes if job.seen else 0
        lately = sum(end.at - kill.at < _AT_ONCE_S for kill in state.memory_kills)
        words = last_words(job) if lately < _MOST_HEARD else ""
        _note_kill(state, MemoryKill(loss.job_id, end.at, "Slurm", memory, words=words or end.text))
    return loss


def last_words(job: TrackedJob) -> str:
    """Return the last lines of a job's stderr that say something; nothing where it has none."""
    if job.stderr is None:
        return ""
    try:
        lines = tail(Path(job.stderr), _LINES_READ).text.splitlines()
    except StorageUnavailable:
        return ""
    telling = [line for line in lines if line.strip() and not line.startswith(_NOISE)]
    return "\n".join(telling[-_LINES_KEPT:])


def note_nanny_kill(
    state: ClusterState, job_table: JobTable, worker: Any, rss: int, now: float
) -> TrackedJob | None:
    """Write into `state` that a nanny ended its worker for memory; return the worker's job.

    Parameters
    ----------
    worker : WorkerState
        The worker as the scheduler has it.
    rss : int
        What it used, in bytes.
    """
    job = job_table.of_worker(str(worker.name))
    if job is not None and not job.live:
        return None
    if job is not None:
        memory = worker.memory_limit * len(job.workers)
        kill = MemoryKill(job.job_id or job.name, now, "Dask", memory, rss, worker.memory_limit)
        _note_kill(state, kill)
    return job


def _note_kill(state: ClusterState, kill: MemoryKill) -> None:
    state.memory_kills = (*state.memory_kills, kill)[-MOST_KILLS:]


class NannyWatch(SchedulerPlugin):
    """Tells when a nanny ended its worker for memory.

    Parameters
    ----------
    on_kill : callable
        Gets the worker as the scheduler has it, and what it used, in bytes.
    """

    name = "jupyter-dask-slurm-nannies"

    def __init__(self, workers: Mapping[str, Any], on_kill: Callable[[Any, int], None]) -> None:
        self._workers = workers
        self._on_kill = on_kill

    def log_event(self, topic: str, msg: Any) -> None:
        """Look at an event (called by the scheduler)."""
        if topic != _KILLED_BY_NANNY or not isinstance(msg, dict):
            return
        worker = self._workers.get(msg.get("worker", ""))
        if worker is not None:
            self._on_kill(worker, int(msg.get("rss", 0)))
