"""How many jobs a changing load deserves, for a queue in which each job has to wait. Pure.

Dask's own `Adaptive` thinks in workers that start at once: in a queue it cancels jobs that have not
begun and submits them again. Here whole jobs are counted, those that still queue are capacity on its
way, more is asked for at once, and less only after less has been enough for a while.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LOOK_S = 3.0
"""How often the load is looked at, in seconds."""

HOLD_S = 60.0
"""For how long fewer jobs must have been enough before any is given up, in seconds.

Longer than the pause between two cells of a notebook that belong together, and than Dask needs to learn
how long new tasks take; short beside the wait in a queue, which giving up a job may cost again.
"""

MOST_WAITING = 50
"""No more jobs than this wait at a time: a long queue of one user helps nobody, and is not needed yet."""


@dataclass(frozen=True)
class Load:
    """What there is, and what the scheduler would like.

    Parameters
    ----------
    workers : int
        Wanted by Dask's own estimate (``Scheduler.adaptive_target``).
    per_job : int
        Workers in each job.
    present : int
        Connected workers, also of jobs that are about to leave.
    waiting : int
        Jobs that are queued or starting.
    busy : int
        Jobs whose workers have tasks to do; adapting never takes one of them.
    """

    workers: int
    per_job: int
    present: int = 0
    waiting: int = 0
    busy: int = 0


@dataclass(frozen=True)
class Limits:
    """Fewest and most jobs."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class Lull:
    """Since when fewer jobs would have been enough, and how many at the most since then."""

    since: float
    enough: int


def adapt(plan: int, load: Load, limits: Limits, lull: Lull | None, now: float) -> tuple[int, Lull | None]:
    """Return how many jobs there shall be, and the lull to be remembered.

    Parameters
    ----------
    plan : int
        How many there shall be so far.
    lull : Lull or None
        What was returned the last time.
    now : float
        Seconds, on any clock.
    """
    plan = _clip(plan, limits)
    wanted = max(math.ceil(load.workers / load.per_job), load.busy)
    if load.workers <= load.present:
        # What is there is enough: jobs that leave while their replacements work ask for none.
        wanted = min(wanted, plan)
    wanted = _clip(wanted, limits)
    if wanted >= plan:
        room = max(0, MOST_WAITING - load.waiting)
        # The minimum is the user's own wish: no cap delays it.
        return max(limits.minimum, min(wanted, plan + room)), None
    if lull is None:
        return plan, Lull(now, wanted)
    enough = max(lull.enough, wanted)
    if now - lull.since < HOLD_S:
        return plan, Lull(lull.since, enough)
    # What sufficed all the time; a lower wish of late has not been tried for long enough.
    return enough, Lull(now, wanted) if wanted < enough else None


def _clip(jobs: int, limits: Limits) -> int:
    return max(limits.minimum, min(jobs, limits.maximum))
