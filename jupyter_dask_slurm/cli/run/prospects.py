"""Whether a cluster will ever have workers, and how long a run waits where people may see to it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from ...protocol.errors import DaskSlurmError
from ...protocol.models import Cluster
from ...protocol.models.problem import (
    CANCELLED_OUTSIDE,
    JOBS_FAIL,
    NEVER_STARTS,
    NO_CONNECTION,
    SUBMIT_REFUSED,
)

GRACE_S = 60.0
"""So long jobs that were cancelled elsewhere may be submitted again before a run ends, in seconds."""

SAY_AGAIN_S = 600.0
"""So often is said that a run waits for its cluster to be scaled up, in seconds."""

_NO_MORE_ARE_SENT = frozenset({SUBMIT_REFUSED.code, JOBS_FAIL.code, NO_CONNECTION.code})


@dataclass(frozen=True)
class Lack:
    """Why a cluster has no workers, and gets none by itself.

    Parameters
    ----------
    grace_s : float, optional
        For how long people may see to it before the run ends, in seconds: for ever where the size is theirs.
    jobs : int, optional
        How many there were.
    """

    error: DaskSlurmError
    grace_s: float = 0.0
    jobs: int = 1

    @property
    def is_wanted(self) -> bool:
        """Whether who scaled the cluster wants it so."""
        return self.grace_s == math.inf


class Patience:
    """For how long a run has waited, and will."""

    def __init__(self) -> None:
        self._grace_s: float | None = None
        self._since = 0.0

    def waited_s(self, lack: Lack | None, now: float) -> float:
        """Return for how long workers have been lacking for this cause, in seconds; `now` is any clock's."""
        grace_s = None if lack is None else lack.grace_s
        if grace_s != self._grace_s:
            self._grace_s, self._since = grace_s, now
        return now - self._since

    def pause_s(self, now: float) -> float | None:
        """Return when to look again, in seconds from now, though nothing changes; None: no need."""
        if self._grace_s is None:
            return None
        waited_s = now - self._since
        return max(0.0, min(self._grace_s, (waited_s // SAY_AGAIN_S + 1) * SAY_AGAIN_S) - waited_s)


def why_none(cluster: Cluster) -> Lack | None:
    """Return why a cluster has no workers and gets none: Slurm has no job of it that may start.

    None where it has some, or may get some: by jobs in the queue, jobs that follow others, or jobs that
    adaptive scaling asks for. A job that is held back is let go in Slurm, and waits.
    """
    jobs = cluster.jobs
    if cluster.status not in ("starting", "running") or jobs.working or jobs.missing or jobs.leaving:
        return None
    if cluster.status == "starting" or jobs.queued or jobs.starting:
        return _said(cluster, (NEVER_STARTS.code,), of_all=True)
    if jobs.plan > 0:
        return _said(cluster, _NO_MORE_ARE_SENT)
    cancelled = _said(cluster, (CANCELLED_OUTSIDE.code,), grace_s=GRACE_S)
    if cluster.scaling.mode == "manual":
        return cancelled or Lack(DaskSlurmError(f"{cluster.name} is to have no jobs."), math.inf)
    # Each job that was cancelled elsewhere lowers the most that adaptive scaling may ask for.
    if cancelled is not None and cancelled.jobs >= (cluster.scaling.maximum_jobs or 0):
        return cancelled
    return _said(cluster, _NO_MORE_ARE_SENT)


def begins_without(cluster: Cluster) -> bool:
    """Return whether workers come with the script's tasks only."""
    scaling = cluster.scaling
    return cluster.status == "running" and scaling.mode == "adaptive" and not scaling.minimum_jobs


def is_waited_for(cluster: Cluster) -> bool:
    """Return whether tasks are still to be computed."""
    tasks = cluster.tasks
    return tasks is not None and tasks.processing + tasks.queued > 0


def _said(
    cluster: Cluster, codes: Collection[str], *, of_all: bool = False, grace_s: float = 0.0
) -> Lack | None:
    for problem in cluster.problems:
        if problem.code in codes and (problem.no_workers or not of_all):
            error = DaskSlurmError(problem.message, details=problem.details)
            return Lack(error, grace_s, problem.jobs or 1)
    return None
