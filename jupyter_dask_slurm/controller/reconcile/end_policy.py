"""A job ended: what that means for the plan. Pure."""

from __future__ import annotations

from ..state.jobs import End, EndPolicy, TrackedJob

# Ends that say nothing about the job: the node or the site's policy took it away.
_NOT_ITS_FAULT = frozenset({"NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "REVOKED"})


def end_policy(job: TrackedJob, end: End, *, keep_jobs: bool, replaced: bool = False) -> EndPolicy:
    """Return what the end of a job means; `replaced` says that another one has taken its place already."""
    if job.incomplete:
        return "failed"
    if job.cancelling or job.retiring or replaced:
        return "asked"
    if end.state.startswith("CANCELLED"):
        return "outside"
    if job.connected_at is None and end.state not in _NOT_ITS_FAULT:
        return "failed"
    return "replace" if keep_jobs else "lower"
