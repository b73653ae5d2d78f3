"""A job ended: what that means for the plan. Pure."""

from __future__ import annotations

from ..state.jobs import End, EndPolicy, TrackedJob
from ..state.state import ClusterState

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


def never_connected(state: ClusterState) -> str:
    """Return why a cluster in one allocation ends whose workers never connected, with what they said last."""
    given_back = ": its nodes are given back" if state.in_own_job else ""
    said = next((loss.words for loss in reversed(state.failures) if loss.words), None)
    words = f" They said last: {said.splitlines()[-1].strip()}" if said else ""
    return f"Its workers never connected, {len(state.failures)} times in a row{given_back}.{words}"
