"""Jobs that near their walltime, and tasks that do not fit into it → problems. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dask.utils import format_time

from ...protocol.models import Problem
from ...protocol.models.problem import TASK_TOO_LONG, WALLTIME_SOON
from ...protocol.naming import counted, one_or_many
from ...system import clock
from ..state.jobs import SlurmView
from ..state.phases import SUSPENDED_STATES
from ..state.state import CutTask
from .facts import JobFacts
from .grouping import about

SOON_S = 300.0
"""So long before the first walltime one is warned, in seconds; for short jobs at half of it."""

PATIENCE_S = 60.0
"""For so long a Slurm that does not answer may keep it from being said that an end is near, in seconds."""

CUTS_COUNT_S = 3600.0
"""So long after the last one the problem is taken for over, in seconds."""


def walltime_soon(
    jobs: Sequence[JobFacts], *, keep_jobs: bool, held: bool = False, now: float
) -> Problem | None:
    """Return a problem where jobs end soon: a warning, or a mere notice where others take their place.

    Parameters
    ----------
    held : bool
        No jobs are submitted now.
    """
    soon = [
        job
        for job in jobs
        if job.ends is not None
        and (at := _warn_at(job, keep_jobs=keep_jobs)) <= now
        and (keep_jobs or is_certain(job.seen_at, at, now))
    ]
    soon.sort(key=lambda job: job.ends or 0.0)
    ends = min((job.ends for job in soon if job.ends is not None), default=None)
    if ends is None:
        return None
    job_ids = [job.job_id for job in soon]
    together = all(job.ends == ends for job in soon)
    when = f"at {clock.moment(ends)}" if together else f"from {clock.moment(ends)} on"
    if keep_jobs and held:
        rest = "No other one is submitted at present: results that are only there may be lost."
        advice = "Save what you need. Why no job is submitted is said beside this."
    elif keep_jobs:
        rest = one_or_many(len(soon), "Another one takes its place.", "Others take their place.")
        advice = "Nothing needs to be done: results move, and tasks go on there."
    else:
        rest = "Results that are only there will be lost."
        advice = "Save what you need. With the option keep_jobs jobs are replaced in time."
    return about(
        job_ids,
        WALLTIME_SOON.problem(
            f"{counted(job_ids)} {one_or_many(len(soon), 'ends', 'end')} {when}, by walltime. {rest}",
            advice,
            severity="info" if keep_jobs and not held else "warning",
            since=clock.moment(min(_warn_at(job, keep_jobs=keep_jobs) for job in soon)),
        ),
    )


def _warn_at(job: JobFacts, *, keep_jobs: bool) -> float:
    """Return from when on to speak of a job's end."""
    never = float("inf")
    if job.ends is None or job.started is None:
        return never
    if keep_jobs:
        return never if job.expiring_since is None else job.expiring_since
    return _warns_at(job.started, job.ends)


def warns_at(seen: SlurmView | None) -> float | None:
    """Return from when on to warn of the end of a job that is not replaced; None while that is not known."""
    if seen is None or seen.started is None or seen.ends is None or seen.state in SUSPENDED_STATES:
        return None
    return _warns_at(seen.started, seen.ends)


def _warns_at(started: float, ends: float) -> float:
    return ends - min(SOON_S, (ends - started) / 2)


def is_certain(seen_at: float | None, at: float, now: float) -> bool:
    """Return whether Slurm has said when a job ends since this began to matter, or will not say it now.

    Parameters
    ----------
    seen_at : float or None
        When it said so last; None where there is no Slurm to ask.
    at : float
        When its end began to matter, by that.
    """
    return seen_at is None or seen_at >= at or now - at > PATIENCE_S


def task_too_long(cuts: Sequence[CutTask], now: float) -> Problem | None:
    """Return a problem where a task did not finish before the walltime of its job."""
    recent = [cut for cut in cuts if now - cut.at < CUTS_COUNT_S]
    if not recent:
        return None
    last = recent[-1]
    times = sum(cut.key == last.key for cut in recent)
    often = f", {times} times so far" if times > 1 else ""
    return TASK_TOO_LONG.problem(
        f"The task {last.key} had run for {format_time(last.ran_s).strip()} when its job came to its walltime"
        f"{often}. It begins again in another job, and is given up after some attempts.",
        "Start the cluster again with a longer walltime, or make the task smaller.",
        since=clock.moment(recent[0].at),
    )
