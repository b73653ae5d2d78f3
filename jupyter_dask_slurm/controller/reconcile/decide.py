"""Decides how many jobs to submit and which to end. Pure, so that every case is a line of a table.

The plan is the number of jobs that the user wants. A job counts for it from the moment it is asked
for until it ended or was told to end. Too few: submit. Too many: give up first what costs least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...protocol.models import JobPhase
from ...system.event_loop.backoff import grown_s
from ..state.state import MOST_FAILURES

MISSING_PATIENCE_S = 60.0
"""For how long a nanny may take to bring a lost worker back before its job is replaced, in seconds."""

INCOMPLETE_PATIENCE_S = 300.0
"""For how long a job may lack workers that never came before it is replaced, in seconds."""

# What is given up first when there are too many: lower is earlier.
_COST: dict[JobPhase, int] = {
    "queued": 0,
    "missing": 1,
    "starting": 2,
    "working": 3,
    "leaving": 0,
    "ended": 0,
}


@dataclass(frozen=True)
class JobView:
    """A wanted job as the decision sees it.

    Parameters
    ----------
    order : int
        Its place in the order of asking; the youngest is given up first.
    idle : bool
        It works, and none of its workers has a task or the only copy of a result.
    missing_s : float
        For how long workers of it have been gone, or not come while others did, in seconds; 0 where none is.
    expiring : bool
        It nears its walltime: another one is to take its place, and it stays until that one works.
    """

    name: str
    phase: JobPhase
    order: int = 0
    idle: bool = True
    missing_s: float = 0.0
    expiring: bool = False


@dataclass(frozen=True)
class Situation:
    """All that the decision depends on.

    Parameters
    ----------
    plan : int
        Jobs that are wanted.
    jobs : sequence of JobView
        Those that count for the plan now.
    held : bool
        Nothing is submitted now; see `is_held`.
    """

    plan: int
    jobs: Sequence[JobView] = ()
    held: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do: jobs to submit, names to cancel at once, names to cancel after their results moved.

    `lacking` jobs would be submitted if nothing were held; `incomplete` ones are given up for workers that
    never came.
    """

    submit: int = 0
    cancel: tuple[str, ...] = ()
    retire: tuple[str, ...] = ()
    lacking: int = field(default=0, compare=False)
    incomplete: tuple[str, ...] = ()


def decide(situation: Situation) -> Decision:
    """Return what brings the jobs nearer to the plan."""
    lost = [job for job in situation.jobs if _is_lost(job)]
    old = [job for job in situation.jobs if job.expiring and not _is_lost(job)]
    kept = [job for job in situation.jobs if not job.expiring and not _is_lost(job)]
    by_cost = sorted(kept, key=_cost)
    too_many = max(0, len(kept) - situation.plan)
    surplus = by_cost[:too_many]
    at_work = sum(job.phase == "working" for job in by_cost[too_many:])
    surplus += sorted(old, key=_cost)[: max(0, len(old) + at_work - situation.plan)]
    # A missing job may have workers left: they get the time to hand over their results.
    retire = [job for job in lost + surplus if _has_something(job)]
    cancel = [job for job in surplus if not _has_something(job)]
    lacking = max(0, situation.plan - len(kept))
    return Decision(
        submit=0 if situation.held else lacking,
        cancel=tuple(job.name for job in cancel),
        retire=tuple(job.name for job in retire),
        lacking=lacking,
        incomplete=tuple(job.name for job in lost if job.phase == "starting"),
    )


def _is_lost(job: JobView) -> bool:
    if job.phase == "starting":
        return job.missing_s > INCOMPLETE_PATIENCE_S
    return job.phase == "missing" and job.missing_s > MISSING_PATIENCE_S


def _has_something(job: JobView) -> bool:
    return job.phase == "missing" or _is_lost(job) or not job.idle


def _cost(job: JobView) -> tuple[int, bool, int]:
    return (_COST[job.phase], not job.idle, -job.order)


def is_held(*, is_refused: bool, failures: int, pause_s: float) -> bool:
    """Return whether nothing is submitted now.

    Parameters
    ----------
    is_refused : bool
        Slurm said no to the last submission, and the user has changed nothing since.
    failures : int
        How many jobs in a row ended before their workers connected: after `MOST_FAILURES` it is given up.
    pause_s : float
        For how long it is not yet time to try again, in seconds; 0 or less when it is.
    """
    return is_refused or failures >= MOST_FAILURES or pause_s > 0


def try_again_s(refusals: int) -> float:
    """Return how long to wait after so many submissions in a row that Slurm did not take yet, in seconds."""
    return grown_s(5.0, max(0, refusals - 1), 300.0)


def back_off_s(failures: int) -> float:
    """Return how long to wait before the next submission after so many failures, in seconds."""
    return 0.0 if failures == 0 else grown_s(5.0, failures - 1, 60.0)
