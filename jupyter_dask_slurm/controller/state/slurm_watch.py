"""When to ask Slurm about jobs, and what its answer says of each.

squeue runs only while something is unaccounted for: a job waits, starts, is missing workers, is being
cancelled, or its node and times are not known yet. A settled cluster asks nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ...protocol.models import epoch_time
from ...slurm import queue
from ...slurm.end_states import UNKNOWN, EndState, end_states
from ...slurm.rows import JobRow
from .jobs import End, JobTable, SlurmView, TrackedJob
from .phases import WAITING_STATES, connected_workers, phase_of

SOON_S = 1.0
FIRST_MINUTE_S = 60.0
SETTLED_S = 30.0


class Watch(Protocol):
    """How the loop learns what became of jobs; the local backend needs none."""

    def next_look(self, now: float) -> float | None:
        """Return when to look next, in seconds since 1970; None while everything is accounted for."""

    def something_happened(self) -> None:
        """Look again soon: a job was submitted, cancelled, connected or lost."""

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Ask Slurm, write what it said into the job table, return the jobs that ended."""


class SlurmWatch:
    """Looks after the jobs of `job_table` in Slurm's queue.

    Parameters
    ----------
    connected : callable
        Returns the names of the connected workers.
    """

    def __init__(self, job_table: JobTable, connected: Callable[[], Collection[str]]) -> None:
        self._job_table = job_table
        self._connected = connected
        self._happened_at = 0.0
        self._looked_at = 0.0
        self._interval_s = SOON_S

    def something_happened(self) -> None:
        """Look again soon, and more often for a minute."""
        self._happened_at = time.time()
        self._interval_s = SOON_S

    def next_look(self, now: float) -> float | None:
        """Return when to look next, in seconds since 1970; None while all is accounted for."""
        if not self._unaccounted():
            return None
        return max(self._looked_at, min(self._happened_at, now)) + self._interval_s

    def _unaccounted(self) -> list[TrackedJob]:
        connected = self._connected()
        return [job for job in self._job_table.live() if job.job_id and not is_settled(job, connected)]

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Ask for all unaccounted jobs at once, write down what Slurm says; return those that ended.

        Raises
        ------
        SlurmUnavailable
            No answer: nothing is known, nothing is concluded.
        """
        asked = {job.job_id: job for job in self._unaccounted() if job.job_id}
        self._back_off()
        rows = await queue.jobs(asked)
        for job_id, row in rows.items():
            asked[job_id].seen = view_from(row)
        gone = [job_id for job_id in asked if job_id not in rows]
        if not gone:
            return []
        ends = await end_states(gone)
        ended = [(asked[job_id], ends[job_id]) for job_id in gone if job_id in ends]
        return [(job, end_of(job, end)) for job, end in ended if not self._is_refuted(job, end)]

    def _is_refuted(self, job: TrackedJob, end: EndState) -> bool:
        """Return whether nobody knows how a job ended, and its workers are connected: so it has not."""
        return end.state == UNKNOWN and connected_workers(job, self._connected()) > 0

    def _back_off(self) -> None:
        self._looked_at = time.time()
        if self._looked_at - self._happened_at > FIRST_MINUTE_S:
            self._interval_s = SETTLED_S
        else:
            self._interval_s = min(2 * self._interval_s, SETTLED_S)
        # Many clusters that began together must not ask together for ever.
        self._interval_s *= random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def is_settled(job: TrackedJob, connected: Collection[str]) -> bool:
    """Return whether nothing about a live job needs to be asked: it works, node and times are known."""
    if job.cancelling or phase_of(job, connected) != "working":
        return False
    return job.seen is not None and job.seen.started is not None and job.seen.node is not None


def view_from(row: JobRow) -> SlurmView:
    """Return a row of squeue as the job table keeps it."""
    return SlurmView(
        state=row.state,
        reason=row.reason,
        node=row.node,
        partition=row.partition,
        cores=row.cores,
        memory_bytes=row.memory_bytes,
        gpus=row.gpus,
        submitted=_epoch(row.submitted_at),
        expected_start=_epoch(row.expected_start_at),
        started=_epoch(row.started_at),
        ends=_epoch(row.ends_at),
        restarts=row.restarts,
    )


def end_of(job: TrackedJob, end: EndState) -> End:
    """Return how a job ended, with the best guess where Slurm has forgotten it already."""
    now = time.time()
    state = _guess(job, now) if end.state == UNKNOWN else end.state
    at = _epoch(end.ended_at) or now
    return End(state, min(at, now), end.exit_code, kind=end.kind, text=end.text)


def _guess(job: TrackedJob, now: float) -> str:
    seen = job.seen
    waited = seen is None or seen.state in WAITING_STATES
    if waited and not (job.stdout and _is_there(job.stdout)):
        # An array's element that is cancelled while it waits leaves no trace (Slurm 22.05). One that
        # started since we saw it waiting has left its output file.
        return "CANCELLED"
    return "TIMEOUT" if seen and seen.ends is not None and now >= seen.ends else UNKNOWN


def _is_there(path: str) -> bool:
    # Only since Python 3.12 a disk that does not say is no error to pathlib.
    with suppress(OSError):
        return Path(path).exists()
    return False


def _epoch(text: str | None) -> float | None:
    return None if text is None else epoch_time(text)
