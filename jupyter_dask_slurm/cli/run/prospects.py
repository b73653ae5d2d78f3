"""Whether a cluster will ever have workers, as far as its user alone can mend that. Pure."""

from __future__ import annotations

from collections.abc import Collection

from ...protocol.errors import DaskSlurmError
from ...protocol.models import Cluster
from ...protocol.models.problem import (
    CANCELLED_OUTSIDE,
    JOBS_FAIL,
    NEVER_STARTS,
    NO_CONNECTION,
    SUBMIT_REFUSED,
)

_NO_MORE_ARE_SENT = frozenset({SUBMIT_REFUSED.code, JOBS_FAIL.code, NO_CONNECTION.code})


def why_hopeless(cluster: Cluster) -> DaskSlurmError | None:
    """Return why a cluster has no workers and gets none: Slurm has no job of it that may start.

    None where it has some, or may get some: by jobs in the queue, jobs that follow others, or jobs that
    adaptive scaling asks for. A job that is held back is let go in Slurm, and waits.
    """
    jobs = cluster.jobs
    if cluster.status not in ("starting", "running") or jobs.working or jobs.missing or jobs.leaving:
        return None
    if cluster.status == "starting" or jobs.queued or jobs.starting:
        return _said(cluster, (NEVER_STARTS.code,), of_all=True)
    if jobs.plan == 0 and cluster.scaling.mode == "manual":
        nothing = DaskSlurmError(f"{cluster.name} has no jobs any more, and is to have none.")
        return _said(cluster, (CANCELLED_OUTSIDE.code,)) or nothing
    return _said(cluster, _NO_MORE_ARE_SENT)


def is_waited_for(cluster: Cluster) -> bool:
    """Return whether tasks are still to be computed."""
    tasks = cluster.tasks
    return tasks is not None and tasks.processing + tasks.queued > 0


def _said(cluster: Cluster, codes: Collection[str], *, of_all: bool = False) -> DaskSlurmError | None:
    for problem in cluster.problems:
        if problem.code in codes and (problem.no_workers or not of_all):
            return DaskSlurmError(problem.message, details=problem.details)
    return None
