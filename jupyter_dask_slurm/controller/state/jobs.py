"""The table of a cluster's jobs: what was asked of Slurm and what is known of each since.

Dask's `SpecCluster` keeps books too (`worker_spec`, `workers`), but holds failed submissions as if
they existed and forgets jobs that Slurm still has. Here a job is live from the moment it is asked
for until Slurm says that it is gone; Dask's books are corrected from these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from .slurm_time import SlurmTime

LONGEST_MEMORY_S = 3600
"""For how long ended jobs stay listed, in seconds."""


@dataclass(frozen=True)
class SlurmView:
    """What Slurm last said of a job. Times are moments of `system.clock`, None until known."""

    state: str
    reason: str | None = None
    node: str | None = None
    partition: str | None = None
    cores: int = 0
    memory_bytes: int = 0
    gpus: int = 0
    expected_start: float | None = None
    started: float | None = None
    ends: float | None = None
    restarts: int = 0


EndPolicy = Literal["asked", "outside", "replace", "lower", "failed"]
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


@dataclass(frozen=True)
class End:
    """How a job ended: Slurm's word, when, the kind of end, and in plain words."""

    state: str
    at: float
    exit_code: str | None = None
    kind: str = "unknown"
    text: str = ""


@dataclass
class TrackedJob:
    """One job that this cluster asked for. Times are moments of `system.clock`.

    Attributes
    ----------
    name : str
        Dask's name of the job in ``worker_spec``; never used twice.
    workers : tuple of str
        The names of its workers as they will register.
    asked_at : float
        When it was asked for.
    accepted_at : float or None
        When Slurm's answer had come that it has it.
    job_id : str or None
        None until Slurm has accepted it.
    tag : str
        The name under which Slurm has it; empty where there is no Slurm.
    connected_at : float or None
        When all its workers were connected for the first time.
    seen_at : float or None
        When Slurm was asked for what `seen` says.
    lost_at : float or None
        Since when at least one of them is gone again.
    partial_since : float or None
        Since when some of its workers are connected, where they never all were.
    incomplete : bool
        It is given up, for some of its workers never came.
    sent_away : bool
        A client has had its workers, or some, end by Dask's own means: that they go is no news then.
    silent_since : float or None
        Since when at least one of them is connected and has not been heard of.
    expiring_since : float or None
        Since when it is so near to its walltime that another one is to take its place.
    retiring : bool
        Its workers are moving their results away; it is cancelled afterwards.
    cancelling : bool
        We want it gone; it no longer counts for the plan.
    giving_way : bool
        It is cancelled so that another one can take its place, and counts for the plan until it is gone.
    last_node : str or None
        Where it runs, or ran before Slurm put it back into the queue.
    judged_restarts : int
        How often it had been put back when it was last looked into why.
    cancelled_at : float or None
        When Slurm last took its cancellation, by the monotonic clock.
    words : str
        The last lines of its stderr, where it runs for long without its workers.
    """

    name: str
    workers: tuple[str, ...]
    asked_at: float
    job_id: str | None = None
    tag: str = ""
    seen: SlurmView | None = None
    seen_at: float | None = None
    end: End | None = None
    accepted_at: float | None = None
    connected_at: float | None = None
    lost_at: float | None = None
    partial_since: float | None = None
    incomplete: bool = False
    sent_away: bool = False
    silent_since: float | None = None
    expiring_since: float | None = None
    retiring: bool = False
    cancelling: bool = False
    giving_way: bool = False
    last_node: str | None = None
    judged_restarts: int = 0
    cancelled_at: float | None = None
    stdout: str | None = None
    stderr: str | None = None
    words: str = ""

    @property
    def live(self) -> bool:
        """Whether Slurm may still have it."""
        return self.end is None

    @property
    def expiring(self) -> bool:
        """Whether another one is to take its place."""
        return self.expiring_since is not None

    @property
    def wanted(self) -> bool:
        """Whether it counts for the plan."""
        return self.live and not self.retiring and (self.giving_way or not self.cancelling)

    def core_seconds(self, now: float) -> float:
        """Return allocated cores × seconds of running, until `now` or its end."""
        if self.seen is None or self.seen.started is None:
            return 0.0
        until = self.end.at if self.end else now
        return self.seen.cores * max(0.0, until - self.seen.started)


@dataclass
class JobTable:
    """All jobs of a cluster by name, in the order in which they were asked for.

    Parameters
    ----------
    prefix : str
        What all names begin with: the cluster's id.
    processes : int
        Workers on each node of a job.
    nodes : int, optional
        Nodes of each job.
    """

    prefix: str
    processes: int
    nodes: int = 1
    jobs: dict[str, TrackedJob] = field(default_factory=dict)
    slurm_time: SlurmTime = field(default_factory=SlurmTime)
    _of_worker: dict[str, TrackedJob] = field(default_factory=dict)
    _next_number: int = 0
    _forgotten_core_seconds: float = 0.0

    @property
    def workers_per_job(self) -> int:
        """Workers in each job."""
        return self.nodes * self.processes

    def new(self, now: float) -> TrackedJob:
        """Enter one more job, with a name that was never used."""
        name = f"{self.prefix}-{self._next_number}"
        self._next_number += 1
        job = TrackedJob(name, worker_names(name, self.processes, self.nodes), now)
        self.jobs[name] = job
        self._of_worker.update(dict.fromkeys(job.workers, job))
        return job

    def drop(self, name: str) -> None:
        """Strike out a job that never came to be (its submission was refused), or that is long over."""
        job = self.jobs.pop(name, None)
        for worker in job.workers if job else ():
            del self._of_worker[worker]

    def live(self) -> list[TrackedJob]:
        """Return the jobs that Slurm may still have."""
        return [job for job in self.jobs.values() if job.live]

    def by_id(self, job_id: str) -> TrackedJob | None:
        """Return the job of that id, or None."""
        return next((job for job in self.jobs.values() if job.job_id == job_id), None)

    def of_worker(self, name: str) -> TrackedJob | None:
        """Return the job that a worker belongs to, or None."""
        return self._of_worker.get(name)

    def has_replacement(self, job: TrackedJob, plan: int) -> bool:
        """Return whether a job nears its walltime and as many others as planned are there."""
        return job.expiring and sum(other.wanted and not other.expiring for other in self) >= plan

    def core_hours(self, now: float) -> float:
        """Return the core hours spent so far, of ended jobs too."""
        seconds = sum(job.core_seconds(now) for job in self.jobs.values())
        return (seconds + self._forgotten_core_seconds) / 3600

    def forget_old(self, now: float) -> None:
        """Strike out jobs that ended over an hour ago; their core hours stay counted."""
        for job in list(self.jobs.values()):
            if job.end and now - job.end.at > LONGEST_MEMORY_S:
                self._forgotten_core_seconds += job.core_seconds(now)
                self.drop(job.name)

    def __iter__(self) -> Iterator[TrackedJob]:
        return iter(self.jobs.values())


def worker_names(job_name: str, processes: int, nodes: int = 1) -> tuple[str, ...]:
    """Return the names under which the workers of a job register, those of its first node first.

    Where a job has several nodes, `controller.worker_start` appends the number of the node to ``--name``; and
    `dask worker` appends ``-0``, ``-1`` … where ``--nworkers`` is above one.
    """
    starts = (job_name,) if nodes == 1 else tuple(f"{job_name}-{node}" for node in range(nodes))
    if processes == 1:
        return starts
    return tuple(f"{start}-{index}" for start in starts for index in range(processes))
