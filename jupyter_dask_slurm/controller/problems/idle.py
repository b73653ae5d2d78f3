"""Whether a cluster is idle, as REST defines it, or nobody has it; and the warning of its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ...protocol.models import Problem
from ...protocol.models.problem import IDLE_SOON
from ...system import clock

SOON_S = 600.0
"""So long before its end one is warned, in seconds; for short timeouts at half of it."""


@dataclass(frozen=True)
class Activity:
    """What decides: connected workers, jobs on their way, tasks that are not done, and who holds the cluster.

    `holders` are clients and objects in kernels that are connected.
    """

    workers: int
    jobs_on_their_way: int
    open_tasks: int
    holders: int = 0


def idle_since(activity: Activity, before: float | None, now: float) -> float | None:
    """Return since when the cluster is idle; None while it is not.

    Idle means that workers are there, no job is queued or starting, and the scheduler has nothing
    queued, processing or unrunnable. Results in memory do not count.
    """
    if activity.workers == 0 or activity.jobs_on_their_way > 0 or activity.open_tasks > 0:
        return None
    return now if before is None else before


def unheld_since(activity: Activity, before: float | None, now: float) -> float | None:
    """Return since when a cluster has neither jobs nor tasks nor somebody who holds it; None while it has."""
    if activity != Activity(0, 0, 0):
        return None
    return now if before is None else before


def is_over(since: float | None, timeout_s: int, now: float) -> bool:
    """Return whether the idle timeout has passed; a timeout of 0 never does."""
    return since is not None and timeout_s > 0 and now - since >= timeout_s


def idle_soon(since: float | None, timeout_s: int, results: int, now: float) -> Problem | None:
    """Return the warning that the idle timeout is about to end the cluster; None while it is not.

    Parameters
    ----------
    since : float or None
        Since when the cluster is idle.
    results : int
        How many results are in the workers' memory.
    """
    if since is None or timeout_s == 0:
        return None
    closes = since + timeout_s
    warn_at = closes - min(SOON_S, timeout_s / 2)
    if now < warn_at:
        return None
    lost = {0: "No result", 1: "One result"}.get(results, f"{results} results")
    return IDLE_SOON.problem(
        f"Nothing has run since {clock.moment(since)}: the cluster ends at {clock.moment(closes)}. "
        f"{lost} in its memory would be lost.",
        "Keep it longer, or run something on it; else save what you need.",
        since=clock.moment(warn_at),
    )
