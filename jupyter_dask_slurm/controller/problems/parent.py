"""What ends a controller from outside → a problem that says so, and when. Pure."""

from __future__ import annotations

from ...protocol.models import Problem
from ...protocol.models.problem import ENDS_WITH_JOB, ENDS_WITH_SERVICE
from ...slurm.enclosing import TERM_EARLY_S, term_before_s
from ...system import clock
from ..state.state import ClusterState, Parent

SOON_S = 900.0
"""So long before the end it is a warning, in seconds."""
_SLACK_S = 20.0
"""So much longer before a walltime who is told to end may be told for that, in seconds: clocks differ."""


def ends_with(parent: Parent | None, now: float, *, in_own_job: bool = False) -> Problem | None:
    """Return a problem that says with what the cluster ends; None where nothing does.

    Parameters
    ----------
    in_own_job : bool, optional
        Whether it was put into a job of its own. That is no surprise, and said when the end is near.
    """
    if parent is None:
        return None
    if in_own_job:
        return _own_job_ends(parent, now)
    if not parent.is_job:
        return ENDS_WITH_SERVICE.problem(
            f"This cluster runs inside the service {parent.name} and ends when that is stopped.",
            "For clusters that outlive it, its administrators can set KillMode=process there.",
            since=clock.moment(parent.found_at),
        )
    when = f" at {clock.moment(parent.ends_at)}" if parent.ends_at is not None else ""
    soon = _ends_within(parent, now, SOON_S)
    return ENDS_WITH_JOB.problem(
        f"This cluster runs inside Slurm job {parent.name}, as your Jupyter does, and ends with it{when}.",
        "Save what you need before. To keep clusters for longer, start Jupyter with a longer walltime or "
        "outside of a job.",
        since=clock.moment(parent.found_at),
        severity="warning" if soon else "info",
        job_id=parent.name,
    )


def why_told_to_end(state: ClusterState, now: float) -> str:
    """Return why a controller is told to end by a signal, in a sentence."""
    if not state.in_own_job:
        return "The controller was told to end by a signal."
    if state.parent is not None and _is_told_for_walltime(state.parent, now):
        return "The walltime of its controller's job is over. What was not saved is lost."
    node = ", or one of its nodes failed" if state.one_allocation else ""
    how = f"it was cancelled or preempted{node}"
    return f"Slurm ended the job of its controller: {how}. What was not saved is lost."


def _own_job_ends(parent: Parent, now: float) -> Problem | None:
    if parent.ends_at is None or not _ends_within(parent, now, SOON_S):
        return None
    return ENDS_WITH_JOB.problem(
        f"The controller's job {parent.name} ends at {clock.moment(parent.ends_at)}, with the whole cluster.",
        "Save what you need before: what is only in the memory of the workers is lost. Then start it again, "
        "with a longer walltime.",
        since=clock.moment(parent.ends_at - SOON_S),
        severity="warning",
        job_id=parent.name,
    )


def _is_told_for_walltime(parent: Parent, now: float) -> bool:
    if parent.ends_at is None:
        return False
    before_s = term_before_s(parent.ends_at - parent.found_at)
    return _ends_within(parent, now, before_s + TERM_EARLY_S + _SLACK_S)


def _ends_within(parent: Parent, now: float, seconds: float) -> bool:
    return parent.ends_at is not None and parent.ends_at - now < seconds
