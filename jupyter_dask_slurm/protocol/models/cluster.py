"""A cluster as users see it: its size, jobs, workers, problems and hints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .base import Model, Time
from .hint import Hint, Usage
from .problem import Problem

ClusterStatus = Literal[
    "starting",  # asked for; its scheduler does not listen yet
    "running",  # its scheduler listens, with or without workers
    "stopping",  # its jobs are being cancelled, on its user's word
    "stopped",  # it ended as asked or by itself: `ended` says why
    "failed",  # it could not start: `error` says why
    "lost",  # its controller ended without a word; its jobs are cancelled
]
OVER: tuple[ClusterStatus, ...] = ("stopped", "failed", "lost")
JobPhase = Literal[
    "queued",  # Slurm has it, and it waits for nodes: not begun, requeued or suspended
    "starting",  # it runs, and not all of its workers were ever connected
    "working",  # all of its workers are connected
    "missing",  # its workers were all connected once, and are not now
    "leaving",  # we end it: cancelled, or retired because fewer jobs are wanted
    "ended",  # Slurm has it no more
]
WorkerStatus = Literal[
    "expected",  # its job waits or starts
    "running",  # it takes tasks
    "paused",  # it takes none, for its memory is nearly full (distributed.worker.memory.pause)
    "closing",  # it is being retired
    "gone",  # it was connected, and is not now
]
Backend = Literal["slurm", "local"]


@dataclass(frozen=True)
class Scaling(Model):
    """How large a cluster shall be, in whole jobs: fixed (`jobs`) or between two limits."""

    mode: Literal["manual", "adaptive"] = "manual"
    jobs: int | None = None
    minimum_jobs: int | None = None
    maximum_jobs: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return only the keys that the mode has."""
        return {key: value for key, value in super().to_json().items() if value is not None}


@dataclass(frozen=True)
class Ended(Model):
    """When and why a cluster ended by itself."""

    time: Time
    reason: str


@dataclass(frozen=True)
class ErrorInfo(Model):
    """Why a cluster failed; `reason` is the name of an error class."""

    message: str
    reason: str
    details: str | None = None


@dataclass(frozen=True)
class ControllerInfo(Model):
    """Where the controller of a cluster runs, and whether it answers from here.

    `channel` is the way by which it answers this Jupyter server; None where it does not.
    `placement` is ``job`` where it runs in a Slurm job of its own, `job_id`, which ends at `ends_at`.
    """

    hostname: str
    pid: int | None = None
    reachable: bool = False
    channel: Literal["socket", "tls"] | None = None
    placement: Literal["here", "job"] = "here"
    job_id: str | None = None
    ends_at: Time | None = None


@dataclass(frozen=True)
class EnvironmentInfo(Model):
    """The Python in which controller and workers run."""

    kernel: str | None
    python: str
    distributed: str | None = None


@dataclass(frozen=True)
class JobCounts(Model):
    """Jobs wanted (`plan`), and those in Slurm by phase."""

    plan: int = 0
    queued: int = 0
    starting: int = 0
    working: int = 0
    missing: int = 0
    leaving: int = 0


@dataclass(frozen=True)
class Waiting(Model):
    """Why most of the queued jobs wait, and when Slurm expects the first of them to start.

    `reason` is Slurm's own word, `reason_text` the same in plain words.
    """

    reason: str | None = None
    reason_text: str | None = None
    expected_start_at: Time | None = None


@dataclass(frozen=True)
class WorkerCounts(Model):
    """Workers connected to the scheduler, and those that the plan will bring."""

    connected: int = 0
    expected: int = 0


@dataclass(frozen=True)
class TaskCounts(Model):
    """Tasks of the scheduler by state."""

    processing: int = 0
    queued: int = 0
    in_memory: int = 0
    erred: int = 0


def dashboard_path_of(cluster_id: str) -> str:
    """Return where Jupyter serves the dashboard of a cluster, below its own address."""
    return f"dask-slurm/clusters/{cluster_id}/dashboard/"


@dataclass(frozen=True)
class Cluster(Model):
    """One Dask scheduler with its workers, as users see it.

    `updated_at` is the time of the last change of state; numbers that drift do not touch it.
    Live numbers are None where the cluster is shown from its record alone.
    """

    id: str
    name: str
    backend: Backend
    status: ClusterStatus
    created_at: Time
    updated_at: Time
    controller: ControllerInfo
    environment: EnvironmentInfo
    dashboard_path: str
    scaling: Scaling
    profile: str | None = None
    ended: Ended | None = None
    replaces: str | None = None
    error: ErrorInfo | None = None
    scheduler_address: str | None = None
    secure: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    jobs: JobCounts = JobCounts()
    waiting: Waiting | None = None
    workers: WorkerCounts | None = WorkerCounts()
    threads: int | None = 0
    gpus: int | None = 0
    memory_bytes: int | None = 0
    memory_used_bytes: int | None = 0
    cpu_percent: float | None = 0.0
    tasks: TaskCounts | None = TaskCounts()
    core_hours: float | None = 0.0
    idle_since: Time | None = None
    idle_timeout_s: int = 3600
    closes_at: Time | None = None
    expires_at: Time | None = None
    problems: tuple[Problem, ...] = ()
    hints: tuple[Hint, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True)
class Worker(Model):
    """A Dask worker process of a job."""

    name: str
    status: WorkerStatus
    address: str | None = None
    memory_used_bytes: int = 0
    cpu_percent: float = 0.0


@dataclass(frozen=True)
class Job(Model):
    """One Slurm job: one element of a job array. `state` is Slurm's own word, `phase` is ours.

    `node` is the first of its `nodes`; cores, memory and GPUs are those of all of them.
    """

    job_id: str
    state: str
    phase: JobPhase
    reason: str | None = None
    reason_text: str | None = None
    partition: str | None = None
    node: str | None = None
    cores: int = 0
    memory_bytes: int = 0
    gpus: int = 0
    submitted_at: Time | None = None
    expected_start_at: Time | None = None
    started_at: Time | None = None
    ends_at: Time | None = None
    exit_code: str | None = None
    restarts: int = 0
    workers: tuple[Worker, ...] = ()
    stdout: str | None = None
    stderr: str | None = None
    nodes: tuple[str, ...] = ()


CONFIGURATION = "configuration"
"""The event of an entry about what of the user's files is taken for something else, or left out."""


@dataclass(frozen=True)
class HistoryEntry(Model):
    """One thing that happened to a cluster."""

    time: Time
    event: str
    message: str


@dataclass(frozen=True)
class LogTail(Model):
    """The end of a log file; `truncated` says that there is more before it."""

    path: str
    text: str
    truncated: bool = False
