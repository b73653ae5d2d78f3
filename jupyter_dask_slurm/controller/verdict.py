"""A job ended: what that means for the plan. Pure."""

from __future__ import annotations

from typing import Literal

from .ledger import End, TrackedJob

Verdict = Literal["asked", "outside", "replace", "lower", "failed"]
"""
``asked``
    It was not needed any more: we ended it, or another one had taken its place.
``outside``
    Somebody cancelled it: the plan goes down by it, for a tool that refills a queue against its
    operator gets banned.
``replace``
    The plan stays, so another one is submitted.
``lower``
    The user does not want jobs to be kept: the plan goes down by it.
``failed``
    It ended before its workers ever connected: another one after a pause, and three in a row are enough.
"""

# Ends that say nothing about the job: the node or the site's policy took it away.
_NOT_ITS_FAULT = frozenset({"NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "REVOKED"})


def judge(job: TrackedJob, end: End, *, keep_jobs: bool, replaced: bool = False) -> Verdict:
    """Return what the end of a job means; `replaced` says that another one has taken its place already."""
    if job.cancelling or job.retiring or replaced:
        return "asked"
    if end.state.startswith("CANCELLED"):
        return "outside"
    if job.connected_at is None and end.state not in _NOT_ITS_FAULT:
        return "failed"
    return "replace" if keep_jobs else "lower"
