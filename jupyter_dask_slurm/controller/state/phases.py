"""From what Slurm and the scheduler say of a job to its phase; pure."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from ...protocol.models import JobPhase
from .jobs import TrackedJob

SUSPENDED_STATES = frozenset({"SUSPENDED", "STOPPED"})
"""The job's processes stand still, and keep their memory (squeue(1), JOB STATE CODES)."""

# The same: the job holds no nodes, or holds them but its script does not run.
WAITING_STATES = SUSPENDED_STATES | {
    "PENDING",
    "CONFIGURING",
    "REQUEUED",
    "REQUEUE_FED",
    "REQUEUE_HOLD",
    "RESV_DEL_HOLD",
    "SPECIAL_EXIT",
}


def connected_workers(job: TrackedJob, connected: Collection[Hashable]) -> int:
    """Return how many of the job's workers are among the names `connected`."""
    if len(job.workers) == 1:  # the usual case, asked for thousands of jobs at once
        return int(job.workers[0] in connected)
    return sum(name in connected for name in job.workers)


def is_suspended(job: TrackedJob, connected: Collection[Hashable]) -> bool:
    """Return whether Slurm has a job stand still: its workers are there, or were, and say nothing.

    A worker that is heard of proves that it was resumed, whatever squeue said before.
    """
    if job.end is not None or job.seen is None or job.seen.state not in SUSPENDED_STATES:
        return False
    return job.silent_since is not None or connected_workers(job, connected) < len(job.workers)


def phase_of(job: TrackedJob, connected: Collection[Hashable]) -> JobPhase:
    """Return the phase of a job.

    A job that we end ourselves is ``leaving`` until Slurm has it no more, whatever becomes of its workers
    meanwhile: nothing of it is missing.
    """
    if job.end is None and (job.cancelling or job.retiring):
        return "leaving"
    return phase_by_itself(job, connected)


def phase_by_itself(job: TrackedJob, connected: Collection[Hashable]) -> JobPhase:
    """Return the phase of a job, whatever we mean to do with it.

    A connected worker proves that its job runs, whatever squeue said before, unless Slurm has suspended it:
    that is ``queued`` too, for it waits for its nodes. A job whose workers were all there once and are not
    now is ``missing``; before that it is ``starting``.
    """
    if job.end is not None:
        return "ended"
    if is_suspended(job, connected):
        return "queued"
    present = connected_workers(job, connected)
    if present == len(job.workers):
        return "working"
    if present == 0 and (job.seen is None or job.seen.state in WAITING_STATES):
        return "queued"
    return "missing" if job.connected_at is not None else "starting"
