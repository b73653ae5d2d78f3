"""What ends a controller from outside → a problem that says so, and when. Pure."""

from __future__ import annotations

from ...protocol.models import Problem
from ...protocol.models.problem import ENDS_WITH_JOB, ENDS_WITH_SERVICE
from ...system import clock
from ..state.state import Parent

SOON_S = 900.0
"""So long before the end it is a warning, in seconds."""


def ends_with(parent: Parent | None, now: float) -> Problem | None:
    """Return a problem that says with what the cluster ends; None where nothing does."""
    if parent is None:
        return None
    if not parent.is_job:
        return ENDS_WITH_SERVICE.problem(
            f"This cluster runs inside the service {parent.name} and ends when that is stopped.",
            "For clusters that outlive it, its administrators can set KillMode=process there.",
            since=clock.moment(parent.found_at),
        )
    when = f" at {clock.moment(parent.ends_at)}" if parent.ends_at is not None else ""
    soon = parent.ends_at is not None and parent.ends_at - now < SOON_S
    return ENDS_WITH_JOB.problem(
        f"This cluster runs inside Slurm job {parent.name}, as your Jupyter does, and ends with it{when}.",
        "Save what you need before. To keep clusters for longer, start Jupyter with a longer walltime or "
        "outside of a job.",
        since=clock.moment(parent.found_at),
        severity="warning" if soon else "info",
        job_id=parent.name,
    )
