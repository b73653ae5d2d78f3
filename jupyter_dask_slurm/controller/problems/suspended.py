"""Jobs that Slurm has stand still → a problem. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ...protocol.models import Problem
from ...protocol.models.problem import SUSPENDED
from ...protocol.naming import counted, one_or_many
from ...system import clock
from .facts import JobFacts
from .grouping import about


def jobs_suspended(jobs: Sequence[JobFacts]) -> Problem | None:
    """Return a problem where Slurm has suspended jobs: an operator did so, or a job of higher priority."""
    still = [job for job in jobs if job.suspended]
    if not still:
        return None
    job_ids = [job.job_id for job in still]
    are, their = one_or_many(len(still), "is", "are"), one_or_many(len(still), "Its", "Their")
    return about(
        job_ids,
        SUSPENDED.problem(
            f"{counted(job_ids)} {are} suspended by Slurm. {their} workers stand still; what they were "
            "computing waits, and no other job takes that place.",
            "They go on when Slurm resumes them, for example after a job of higher priority. If nobody does, "
            "ask your site's administrators.",
            since=clock.moment(min(job.still_since or job.asked_at for job in still)),
        ),
    )
