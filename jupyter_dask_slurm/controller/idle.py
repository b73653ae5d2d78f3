"""Whether a cluster is idle, as the REST contract defines it; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Activity:
    """What decides: connected workers, jobs on their way, and tasks that are not done."""

    workers: int
    jobs_on_their_way: int
    open_tasks: int


def idle_since(activity: Activity, before: float | None, now: float) -> float | None:
    """Return since when the cluster is idle, in seconds since 1970; None while it is not.

    Idle means that workers are there, no job is queued or starting, and the scheduler has nothing
    queued, processing or unrunnable. Results in memory do not count.
    """
    if activity.workers == 0 or activity.jobs_on_their_way > 0 or activity.open_tasks > 0:
        return None
    return now if before is None else before


def is_over(since: float | None, timeout_s: int, now: float) -> bool:
    """Return whether the idle timeout has passed; a timeout of 0 never does."""
    return since is not None and timeout_s > 0 and now - since >= timeout_s
