"""What a backend finds out by itself, for whoever listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...protocol.errors import SlurmUnavailable
from ..state.jobs import End, TrackedJob


def _unheard(*_events: object) -> None:
    """Before anybody listens there is no job, and so no event."""


@dataclass
class BackendEvents:
    """Four kinds of events.

    Attributes
    ----------
    job_ended : callable
        A job ended without being asked to.
    slurm_silent : callable
        Slurm does not answer.
    in_doubt : callable
        Whether Slurm took a submission is not known; with None, it is known again.
    slurm_said : callable
        What a site's plugin said to a submission that Slurm took.
    """

    job_ended: Callable[[TrackedJob, End], None] = _unheard
    slurm_silent: Callable[[SlurmUnavailable], None] = _unheard
    in_doubt: Callable[[SlurmUnavailable | None], None] = _unheard
    slurm_said: Callable[[str], None] = _unheard
