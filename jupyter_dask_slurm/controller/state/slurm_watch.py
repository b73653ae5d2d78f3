"""When to ask Slurm about jobs, and what its answer says of each.

squeue runs only while something is unaccounted for: a job waits, starts, is missing workers, has one that
says nothing, is being cancelled, or its node and times are not known yet; and when it is about to matter
whether what is known still holds. A settled cluster asks once in ten minutes: jobs can be suspended, or given
another walltime, without its workers noticing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ...slurm import queue
from ...slurm.end_states import UNKNOWN, EndState, end_states
from ...slurm.rows import JobRow
from ...system import clock
from ...system.event_loop.backoff import Backoff
from ...system.event_loop.slices import in_slices
from .jobs import End, JobTable, SlurmView, TrackedJob
from .news import take_in
from .phases import WAITING_STATES, connected_workers, phase_by_itself
from .slurm_time import SlurmTime

SOON_S = 1.0
FIRST_MINUTE_S = 60.0
SETTLED_S = 30.0
SLOW_S = 2.0
REST = 4.0
"""After an answer that took long, so many times as long nothing is asked."""
LONGEST_REST_S = 120.0
ALL_S = 600.0
"""At least so often all jobs are asked for, also those that are accounted for; in seconds."""


class Watch(Protocol):
    """How the loop learns what became of jobs."""

    def next_look(self, now: float) -> float | None:
        """Return when to look next; None while everything is accounted for."""

    def has_answered_since(self, moment: float) -> bool:
        """Return whether Slurm has said since then what became of jobs."""

    def something_happened(self) -> None:
        """Look again soon: a job was submitted, cancelled, connected or lost."""

    def ask_about(self, job: TrackedJob) -> None:
        """Ask with the next look for this job too, which is due now."""

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Ask Slurm, write what it said into the job table, return the jobs that ended."""


class NoWatch:
    """Where jobs tell by themselves what becomes of them, there is nobody to ask."""

    def next_look(self, now: float) -> float | None:
        """Return that there is never anything to look for."""
        return None

    def has_answered_since(self, moment: float) -> bool:
        """Return that all there is to know is known."""
        return True

    def something_happened(self) -> None:
        """Nothing is to be noted."""

    def ask_about(self, job: TrackedJob) -> None:
        """Nothing is to be noted."""

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Return no job."""
        return []


class SlurmWatch:
    """Looks after the jobs of `job_table` in Slurm's queue.

    Parameters
    ----------
    connected : callable
        Returns the names of the connected workers; asked for each job, so at no cost.
    """

    def __init__(self, job_table: JobTable, connected: Callable[[], Collection[Hashable]]) -> None:
        self._job_table = job_table
        self._connected = connected
        self._happened_at = 0.0
        self._looked_at = 0.0
        self._answered_at = 0.0
        self._interval_s = SOON_S
        self._intervals = Backoff(2 * SOON_S, SETTLED_S)
        self._rested_at = 0.0
        self._all_at = clock.now() + ALL_S
        self._questions: set[str] = set()

    def something_happened(self) -> None:
        """Look again soon, and more often for a minute."""
        self._happened_at = clock.now()
        self._interval_s = SOON_S
        self._intervals.reset()

    def has_answered_since(self, moment: float) -> bool:
        """Return whether Slurm has said since then what became of jobs."""
        return self._answered_at >= moment

    def next_look(self, now: float) -> float | None:
        """Return when to look next; None while there is no job."""
        connected, times = self._connected(), []
        submitted = [job for job in self._job_table if job.live and job.job_id]
        if not all(is_settled(job, connected) for job in submitted):
            times.append(max(self._looked_at, min(self._happened_at, now)) + self._interval_s)
        if self._questions:
            times.append(self._looked_at + SOON_S)
        if submitted:
            times.append(self._all_at)
        due = min(times, default=None)
        return None if due is None else max(due, self._rested_at)

    def ask_about(self, job: TrackedJob) -> None:
        """Ask with the next look for this job too, which is due now."""
        self._questions.add(job.name)

    def _submitted(self) -> list[TrackedJob]:
        return [job for job in self._job_table.live() if job.job_id]

    def _to_be_asked_for(self) -> list[TrackedJob]:
        """Return the jobs of this look."""
        if self._looked_at >= self._all_at:
            # Many clusters that began together must not ask together for ever.
            self._all_at = self._looked_at + ALL_S * random.uniform(1.0, 1.2)  # noqa: S311 - no secret
            return self._submitted()
        connected = self._connected()
        return [
            job for job in self._submitted() if job.name in self._questions or not is_settled(job, connected)
        ]

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Ask for all jobs in question at once, write down what Slurm says; return those that ended.

        Raises
        ------
        SlurmUnavailable
            No answer: nothing is known, nothing is concluded.
        """
        self._back_off()
        try:
            return await self._look()
        finally:
            took_s = clock.now() - self._looked_at
            # Who takes long to answer is busy, or limits requests.
            rest_s = min(LONGEST_REST_S, REST * took_s) if took_s >= SLOW_S else 0.0
            self._rested_at = clock.now() + rest_s

    async def _look(self) -> list[tuple[TrackedJob, End]]:
        asked = {job.job_id: job for job in self._to_be_asked_for() if job.job_id}
        rows = await queue.jobs(asked)
        self._questions.clear()
        async for job_id, row in in_slices(rows.items()):
            self._see(asked[job_id], row)
        gone = [job_id for job_id in asked if job_id not in rows]
        ends = await end_states(gone) if gone else {}
        self._answered_at = clock.now()
        slurm_time = self._job_table.slurm_time
        ended = [(asked[job_id], ends[job_id]) for job_id in gone if job_id in ends]
        return [
            (job, end_of(job, end, slurm_time))
            async for job, end in in_slices(ended)
            if not self._is_refuted(job, end)
        ]

    def _is_refuted(self, job: TrackedJob, end: EndState) -> bool:
        """Return whether nobody knows how a job ended, and its workers are connected: so it has not."""
        return end.state == UNKNOWN and connected_workers(job, self._connected()) > 0

    def _see(self, job: TrackedJob, row: JobRow) -> None:
        slurm_time, known = self._job_table.slurm_time, job.seen
        if known is None and row.submitted_at and row.restarts == 0 and job.accepted_at is not None:
            slurm_time.learn(row.submitted_at, job.asked_at, job.accepted_at)
        complete = connected_workers(job, self._connected()) == len(job.workers)
        take_in(job, view_from(row, slurm_time), complete=complete, now=self._looked_at)

    def _back_off(self) -> None:
        self._looked_at = clock.now()
        settled = self._looked_at - self._happened_at > FIRST_MINUTE_S
        interval_s = SETTLED_S if settled else self._intervals.next_s()
        # Many clusters that began together must not ask together for ever.
        self._interval_s = interval_s * random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def is_settled(job: TrackedJob, connected: Collection[Hashable]) -> bool:
    """Return whether nothing about a live job needs to be asked: it works, node and times are known."""
    if job.cancelling or job.silent_since is not None or phase_by_itself(job, connected) != "working":
        return False
    seen = job.seen
    if seen is None or seen.state in WAITING_STATES:
        return False
    return seen.started is not None and seen.node is not None


def view_from(row: JobRow, slurm_time: SlurmTime) -> SlurmView:
    """Return a row of squeue as the job table keeps it."""
    ours = slurm_time.ours
    return SlurmView(
        state=row.state,
        reason=row.reason,
        node=row.node,
        partition=row.partition,
        cores=row.cores,
        memory_bytes=row.memory_bytes,
        gpus=row.gpus,
        expected_start=ours(row.expected_start_at),
        started=ours(row.started_at),
        ends=ours(row.ends_at),
        restarts=row.restarts,
    )


def end_of(job: TrackedJob, end: EndState, slurm_time: SlurmTime) -> End:
    """Return how a job ended, with the best guess where Slurm has forgotten it already."""
    now = clock.now()
    state = _guess(job, now) if end.state == UNKNOWN else end.state
    at = slurm_time.ours(end.ended_at) or now
    began = job.seen.started if job.seen and job.seen.started else job.asked_at
    return End(state, min(max(at, began), now), end.exit_code, kind=end.kind, text=end.text)


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
