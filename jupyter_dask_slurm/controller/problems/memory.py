"""Jobs and workers that were ended for memory → the problem `worker_killed`. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from dask.utils import format_bytes

from ...protocol.models import Problem
from ...protocol.models.problem import WORKER_KILLED
from ...protocol.naming import counted
from ...system import clock
from ..state.state import MemoryKill
from .grouping import about

KILLS_COUNT_S = 1800.0
"""So long after the last one the problem is taken for over, in seconds."""


MOST_KILLS = 1000
"""So many are remembered."""


def worker_killed(kills: Sequence[MemoryKill]) -> Problem:
    """Return what to say of the last of some kills, how many there were, and in which jobs."""
    last = kills[-1]
    job_ids = list(dict.fromkeys(kill.job_id for kill in kills))
    return about(
        job_ids,
        WORKER_KILLED.problem(
            f"{_what(last)}{_how_often(len(kills), job_ids)}",
            _advice(last),
            since=clock.moment(kills[0].at),
            details=last.words or None,
            job_id=last.job_id,
        ),
    )


def _how_often(kills: int, job_ids: Sequence[str]) -> str:
    if kills == 1:
        return ""
    times = f"{'at least ' if kills >= MOST_KILLS else ''}{kills} times lately"
    return f" That happened {times}{'' if len(job_ids) == 1 else f', to {counted(job_ids)}'}."


def _what(kill: MemoryKill) -> str:
    if kill.used_bytes is not None and kill.worker_bytes is not None:
        return (
            f"A worker of job {kill.job_id} was ended for memory: it used {format_bytes(kill.used_bytes)} "
            f"of {format_bytes(kill.worker_bytes)}. Its tasks run again."
        )
    has = f" It has {format_bytes(kill.job_bytes)}." if kill.job_bytes else ""
    return f"Job {kill.job_id} was ended for memory, it seems: it used more than it has.{has}"


def _advice(kill: MemoryKill) -> str:
    # Half as much again as what was used: the task that was ended had not reached its peak.
    share = kill.used_bytes / kill.worker_bytes if kill.used_bytes and kill.worker_bytes else 1.0
    wanted = 1.5 * max(1.0, share) * kill.job_bytes
    ask = f", at least {format_bytes(int(wanted))}" if wanted else ""
    return f"Start the cluster again with more memory for each job{ask}, or with smaller chunks of data."
