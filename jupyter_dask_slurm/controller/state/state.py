"""What the controller knows of its cluster beyond its jobs; written by few, read by the snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ...protocol.models import ClusterStatus, Ended, ErrorInfo, Scaling
from ...system import clock
from ...system.event_loop.signals import Signal

MOST_FAILURES = 3
"""So many jobs in a row that ended without ever connecting, and no more are submitted."""


@dataclass(frozen=True)
class Refusal:
    """Slurm's words to what it refused, and the script that was sent; since when it is refused."""

    message: str
    stderr: str | None
    script: str | None
    at: float


@dataclass(frozen=True)
class Doubt:
    """Whether Slurm took a submission is being looked up; `words` are those of sbatch."""

    words: str
    at: float


@dataclass(frozen=True)
class Loss:
    """A job that ended without our asking; `words` are the last lines of its stderr, None if not read."""

    job_id: str
    state: str
    at: float
    exit_code: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class MemoryKill:
    """A job or a worker was ended because it used too much memory.

    Parameters
    ----------
    by : str
        ``Dask``: a nanny ended one worker; ``Slurm``: the whole job was ended.
    job_bytes : int
        What the job has, on each of its nodes; 0 where that is not known.
    used_bytes, worker_bytes : int or None
        What the worker used and has; None where Slurm ended the job and does not say.
    """

    job_id: str
    at: float
    by: Literal["Dask", "Slurm"]
    job_bytes: int
    used_bytes: int | None = None
    worker_bytes: int | None = None
    words: str = ""


@dataclass(frozen=True)
class CutTask:
    """A task that had run for `ran_s` seconds when its job came to its walltime, and begins again."""

    key: str
    ran_s: float
    at: float


@dataclass(frozen=True)
class ClientAct:
    """A client had all workers restarted, or, where there is a `job_id`, retired a worker of that job."""

    at: float
    job_id: str | None = None


@dataclass(frozen=True)
class Mismatch:
    """A client or a worker (`who`) whose versions differ from the scheduler's, and how."""

    who: str
    differences: tuple[str, ...]
    at: float


@dataclass(frozen=True)
class Parent:
    """What this process was started in and cannot outlive: a Slurm job, or a service of systemd.

    Parameters
    ----------
    name : str
        The job's id, or the unit's name.
    found_at : float
        A moment of `system.clock`, as all times here.
    ends_at : float or None
        When the job comes to its walltime; None for a service, and where Slurm has not said.
    """

    is_job: bool
    name: str
    found_at: float
    ends_at: float | None = None


@dataclass
class ClusterState:
    """The controller's own facts. Times are moments of `system.clock`.

    Attributes
    ----------
    scaling : Scaling
        What the user asked for, in whole jobs.
    plan : int
        How many jobs are wanted now: `scaling.jobs`, or what adaptive scaling decided.
    keep_jobs : bool
        Whether jobs that end by themselves are replaced.
    failures : tuple of Loss
        The jobs in a row that ended before their workers connected.
    cancelled_outside : tuple of Loss
        Jobs that somebody else cancelled and that were not submitted again.
    cut_tasks : tuple of CutTask
        Tasks that did not finish before the walltime of their job, the newest last.
    refusal : Refusal or None
        Why nothing is submitted until the user has changed something.
    postponed : Refusal or None
        Why what is wanted was not submitted, and is tried again.
    client_acts : tuple of ClientAct
        What clients did to all of the cluster by Dask's own means, the newest last.
    mismatches : dict
        Connected clients by name and workers by address whose versions differ from the scheduler's.
    silent_since : float or None
        Since when Slurm does not answer; `silence` holds its words.
    not_asked : str or None
        Why it has not been asked since then: what this machine lacks. None where it was.
    limited_since : float or None
        Since when Slurm's answers take long because it limits requests.
    held_by_disk : str or None
        Why the disk did not take the last submission, which waits for it; until that is tried again.
    storage_error : str or None
        Why the disk did not take the last record.
    parent : Parent or None
        What this process was started in and cannot outlive.
    in_own_job : bool
        Whether that is a Slurm job of the controller's own.
    one_allocation : bool
        Whether its nodes are those of one job that the controller is in: its size is what it is.
    changed_at : float
        When the user last changed something: the idle clock starts again.
    changed : Signal
        Something that users see may have changed; said by whoever wrote it here, or into a job.
    wake : Signal
        There may be something to do: the reconcile loop takes its next turn.
    """

    name: str
    scaling: Scaling
    plan: int
    idle_timeout_s: int
    keep_jobs: bool = True
    in_own_job: bool = False
    one_allocation: bool = False
    status: ClusterStatus = "starting"
    ended: Ended | None = None
    error: ErrorInfo | None = None
    refusal: Refusal | None = None
    postponed: Refusal | None = None
    cancel_refusal: Refusal | None = None
    doubt: Doubt | None = None
    failures: tuple[Loss, ...] = ()
    cancelled_outside: tuple[Loss, ...] = ()
    memory_kills: tuple[MemoryKill, ...] = ()
    cut_tasks: tuple[CutTask, ...] = ()
    client_acts: tuple[ClientAct, ...] = ()
    mismatches: dict[str, Mismatch] = field(default_factory=dict)
    silent_since: float | None = None
    silence: str | None = None
    not_asked: str | None = None
    limited_since: float | None = None
    held_by_disk: str | None = None
    storage_error: str | None = None
    dashboard_error: str | None = None
    parent: Parent | None = None
    idle_since: float | None = None
    unheld_since: float | None = None
    ends_unheld: bool = False
    changed_at: float = field(default_factory=clock.now)
    changed: Signal[[]] = field(default_factory=Signal, repr=False, compare=False)
    wake: Signal[[]] = field(default_factory=Signal, repr=False, compare=False)

    @property
    def is_spent(self) -> bool:
        """Whether a cluster that runs, and was to have a fixed number of jobs, is to have none any more."""
        return self.status == "running" and self.scaling.mode == "manual" and self.plan == 0

    @property
    def has_given_up(self) -> bool:
        """Whether so many jobs in a row never connected that no more are submitted."""
        return len(self.failures) >= MOST_FAILURES

    @property
    def replaces_none(self) -> bool:
        """Whether no job takes the place of one that ends, for now at least."""
        return bool(self.refusal or self.postponed) or self.has_given_up

    @property
    def why_out_of_reach(self) -> str | None:
        """Why jobs cannot be cancelled now, or it is not known which there are; None where they can."""
        if self.cancel_refusal is not None:
            return self.cancel_refusal.stderr or self.cancel_refusal.message
        return self.silence or (self.doubt.words if self.doubt else None)

    def memory_kills_since(self, moment: float) -> int:
        """Return how many jobs Slurm has ended for memory since then."""
        return sum(kill.by == "Slurm" and kill.at >= moment for kill in self.memory_kills)

    def lower_plan(self) -> None:
        """Take a job that ended out of the plan; limits of adaptive scaling stay as they are.

        So does the size of one allocation: started again, the cluster is to have it.
        """
        self.plan = max(0, self.plan - 1)
        if self.scaling.mode == "manual" and not self.one_allocation:
            self.scaling = Scaling("manual", jobs=self.plan)

    def user_acted(self) -> None:
        """Note that the user is there: an idle cluster's clock starts anew."""
        self.changed_at = clock.now()
        self.idle_since = self.unheld_since = None

    def user_changed(self) -> None:
        """Give what was given up another try: the user asked for jobs."""
        self.user_acted()
        self.refusal = None
        self.postponed = None
        self.failures = ()
        self.cancelled_outside = ()
        self.memory_kills = ()
        self.client_acts = ()
        self.cut_tasks = ()
