"""What it means for a job that Slurm says something else of it than before."""

from __future__ import annotations

from dataclasses import replace

from ...slurm.rows import COMPLETING
from .jobs import SlurmView, TrackedJob
from .phases import SUSPENDED_STATES

PROLONGED_S = 60.0
"""An end that moves by less than that is the same: Slurm counts in whole seconds and minutes; in seconds."""


def take_in(job: TrackedJob, view: SlurmView, *, complete: bool, now: float) -> None:
    """Write down what Slurm says of a job now.

    Parameters
    ----------
    complete : bool
        Whether all its workers are connected.
    now : float
        When Slurm was asked.
    """
    known = job.seen
    if view.state in COMPLETING:
        view = _as_it_was(view, known)
    if known is not None:
        if known.restarts < view.restarts:
            _began_anew(job, complete=complete, now=now)
        elif known.started is not None:
            # When it started does not change, though Slurm's clock may have been set right since.
            view = replace(view, started=known.started)
        if _was_resumed(known, view) and job.lost_at is not None:
            # Only now anybody could bring its workers back.
            job.lost_at = now
        if known.ends is not None and view.ends is not None and view.ends - known.ends > PROLONGED_S:
            job.expiring_since = None
    job.seen, job.seen_at = view, now
    job.last_node = view.node or job.last_node


def _as_it_was(view: SlurmView, known: SlurmView | None) -> SlurmView:
    """Return what is known of a job that is completing, of which Slurm tells what is left."""
    if known is None or known.node is None:
        # It says when it began to end, which is no walltime that nears: somebody may have cancelled it.
        return replace(view, ends=known.ends if known is not None else None)
    # Nodes that are done with it are left out already. It had them all until now, and they count.
    return replace(known, state=view.state, reason=view.reason, restarts=view.restarts)


def _began_anew(job: TrackedJob, *, complete: bool, now: float) -> None:
    """Note that Slurm has put a job back into the queue: its workers have yet to connect."""
    job.connected_at = now if complete else None
    job.lost_at = job.silent_since = job.expiring_since = None


def _was_resumed(known: SlurmView, view: SlurmView) -> bool:
    return known.state in SUSPENDED_STATES and view.state not in SUSPENDED_STATES
