"""When a job that nears its walltime gets a replacement: early enough for the queue. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..state.jobs import TrackedJob
from ..state.phases import SUSPENDED_STATES

WAIT_FACTOR = 1.5
"""A queue may be longer than the longest wait seen so far."""

MOST_OF_WALLTIME = 0.5
"""No job is replaced before this part of its walltime is over, however long the queue."""


def retire_s(walltime_s: float) -> float:
    """Return how long running tasks may take to finish and results to move, in seconds."""
    return min(max(30.0, 0.05 * walltime_s), 600.0)


def longest_wait_s(jobs: Iterable[TrackedJob]) -> float:
    """Return the longest time from asking for a job to its connected workers, in seconds."""
    return max((job.connected_at - job.asked_at for job in jobs if job.connected_at), default=0.0)


def replace_at(job: TrackedJob, wait_s: float) -> float | None:
    """Return when to ask for the replacement of a job, a moment of `system.clock`; None where never.

    Parameters
    ----------
    wait_s : float
        How long jobs of this cluster took to connect, at the longest.
    """
    seen = job.seen
    if job.connected_at is None or seen is None or seen.started is None or seen.ends is None:
        return None
    if seen.state in SUSPENDED_STATES:
        # Its time does not go on, and when it is resumed Slurm says anew when it ends.
        return None
    walltime_s = seen.ends - seen.started
    lead_s = WAIT_FACTOR * wait_s + retire_s(walltime_s)
    return seen.ends - min(lead_s, MOST_OF_WALLTIME * walltime_s)
