"""What a backend finds out by itself, for whoever listens."""

from __future__ import annotations

from ...protocol.errors import SlurmUnavailable
from ...system.event_loop.signals import Signal
from ..state.jobs import End, TrackedJob


class BackendEvents:
    """Four kinds of events; before anybody listens there is no job, and so no event.

    Attributes
    ----------
    job_ended : Signal
        A job ended without being asked to.
    slurm_silent : Signal
        Slurm does not answer.
    in_doubt : Signal
        Whether Slurm took a submission is not known; with None, it is known again.
    slurm_said : Signal
        What a site's plugin said to a submission that Slurm took.
    """

    def __init__(self) -> None:
        self.job_ended: Signal[[TrackedJob, End]] = Signal()
        self.slurm_silent: Signal[[SlurmUnavailable]] = Signal()
        self.in_doubt: Signal[[SlurmUnavailable | None]] = Signal()
        self.slurm_said: Signal[[str]] = Signal()
