"""A job ended without our asking, or a worker was killed: what is written down of it for `problems`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from ...protocol.errors import StorageUnavailable
from ...slurm.installation.hostlist import nodes_in
from ...system import clock
from ...system.logs import tail
from ..state.history import History
from ..state.jobs import End, EndPolicy, JobTable, TrackedJob
from ..state.state import ClusterState, Loss, MemoryKill
from .memory import MOST_KILLS

_LINES_READ = 200
_LINES_KEPT = 8
# Of a traceback only the lines that say what happened; they begin at the margin.
_NOISE = (" ", "\t", "Traceback (most", "The above exception", "During handling")
# What srun writes before each line of a job of several nodes: the number of the node.
_LABEL = re.compile(r"^ *\d+: ")
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
        seen = job.seen
        memory = seen.memory_bytes // max(1, len(nodes_in(seen.node))) if seen else 0
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
    telling = [
        line for line in lines if line.strip() and not _LABEL.sub("", line, count=1).startswith(_NOISE)
    ]
    return "\n".join(telling[-_LINES_KEPT:])


def nanny_kill(job: TrackedJob, worker: Any, rss: int, now: float) -> MemoryKill:
    """Return what a nanny did that ended its worker for memory.

    Parameters
    ----------
    worker : WorkerState
        The worker as the scheduler has it.
    rss : int
        What it used, in bytes.
    """
    nodes = len(nodes_in(job.seen.node)) if job.seen else 1
    memory = worker.memory_limit * len(job.workers) // max(1, nodes)
    return MemoryKill(job.job_id or job.name, now, "Dask", memory, rss, worker.memory_limit)


def _note_kill(state: ClusterState, kill: MemoryKill) -> None:
    state.memory_kills = (*state.memory_kills, kill)[-MOST_KILLS:]


class NannyWatch(SchedulerPlugin):
    """Notes when a nanny ended its worker for memory.

    Parameters
    ----------
    workers : mapping
        The scheduler's: address → worker.
    """

    name = "jupyter-dask-slurm-nannies"

    def __init__(
        self, state: ClusterState, job_table: JobTable, history: History, workers: Mapping[str, Any]
    ) -> None:
        self._state = state
        self._job_table = job_table
        self._history = history
        self._workers = workers

    def log_event(self, topic: str, msg: Any) -> None:
        """Look at an event (called by the scheduler)."""
        if topic != _KILLED_BY_NANNY or not isinstance(msg, dict):
            return
        worker = self._workers.get(msg.get("worker", ""))
        job = self._job_table.of_worker(str(worker.name)) if worker is not None else None
        if worker is None or job is None or not job.live:
            return
        _note_kill(self._state, nanny_kill(job, worker, int(msg.get("rss", 0)), clock.now()))
        self._history.add("killed", f"Job {job.job_id}: a worker was ended for memory.")
        self._state.changed.emit()
