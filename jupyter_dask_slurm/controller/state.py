"""What the controller knows of its cluster beyond its jobs; written by few, read by the snapshot."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ..models import ClusterStatus, Ended, ErrorInfo, Scaling


@dataclass(frozen=True)
class Refusal:
    """Slurm's words to a submission that it refused, and the script that was sent."""

    message: str
    stderr: str | None
    script: str | None
    at: float


@dataclass(frozen=True)
class Loss:
    """A job that ended without our asking. `asked_by` tells who ended it where Slurm knows."""

    job_id: str
    state: str
    at: float
    exit_code: str | None = None


@dataclass
class ClusterState:
    """The controller's own facts. Times are seconds since 1970.

    Attributes
    ----------
    scaling : Scaling
        What the user asked for, in whole jobs.
    plan : int
        How many jobs are wanted now: `scaling.jobs`, or what adaptive scaling decided.
    failures : tuple of Loss
        The jobs in a row that ended before their workers connected.
    cancelled_outside : tuple of Loss
        Jobs that somebody else cancelled and that were not submitted again.
    silent_since : float or None
        Since when Slurm does not answer; `silence` holds its words.
    changed_at : float
        When the user last changed something: the idle clock starts again.
    """

    name: str
    scaling: Scaling
    plan: int
    idle_timeout_s: int
    status: ClusterStatus = "starting"
    ended: Ended | None = None
    error: ErrorInfo | None = None
    refusal: Refusal | None = None
    failures: tuple[Loss, ...] = ()
    cancelled_outside: tuple[Loss, ...] = ()
    silent_since: float | None = None
    silence: str | None = None
    storage_error: str | None = None
    dashboard_error: str | None = None
    idle_since: float | None = None
    changed_at: float = field(default_factory=time.time)

    def lower_plan(self) -> None:
        """Take a job that ended out of the plan; limits of adaptive scaling stay as they are."""
        self.plan = max(0, self.plan - 1)
        if self.scaling.mode == "manual":
            self.scaling = Scaling("manual", jobs=self.plan)

    def user_changed(self) -> None:
        """Give what was given up another try: the user asked for something."""
        self.changed_at = time.time()
        self.idle_since = None
        self.refusal = None
        self.failures = ()
        self.cancelled_outside = ()
