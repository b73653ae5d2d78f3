"""A cluster as users see it: its size, jobs, workers, problems and hints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from .base import GROWING, Model, Schema, Sentence, Time
from .hint import Hint, Usage
from .problem import Problem

ClusterStatus = Literal[
    "starting",  # asked for; its scheduler does not listen yet
    "running",  # its scheduler listens, with or without workers
    "stopping",  # its jobs are being cancelled, on its user's word
    "stopped",  # it ended as asked or by itself: `ended` says why
    "failed",  # it could not start: `error` says why
    "lost",  # its controller ended without a word, and its jobs are cancelled; or its record cannot be read
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
WorkerStatus = Annotated[
    Literal[
        "expected",  # its job waits or starts
        "running",  # it takes tasks
        "paused",  # it takes none, for its memory is nearly full (distributed.worker.memory.pause)
        "closing",  # it is being retired
        "gone",  # it was connected, and is not now
    ],
    GROWING,
]
Backend = Literal["slurm", "local"]
Channel = Annotated[
    Literal[
        "socket",  # a unix socket on this host
        "tls",  # mutual TLS, from another host
    ],
    GROWING,
]
Placement = Annotated[
    Literal[
        "here",  # on the host where it was started
        "job",  # in a Slurm job of its own
    ],
    GROWING,
]


@dataclass(frozen=True)
class Scaling(Model):
    """How large a cluster shall be, in whole jobs: fixed (`jobs`) or between two limits.

    Which keys are there depends on `mode`; workers, cores and memory that were asked for are rounded up.
    """

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
    reason: Sentence


CONTROLLER_FAILED = "ControllerFailed"
"""The reason of a cluster whose controller could not start, and left no error."""
CONTROLLER_LOST = "ControllerLost"
"""The reason of a cluster whose controller ended without a word."""


@dataclass(frozen=True)
class ErrorInfo(Model):
    """Why a cluster failed or was lost."""

    message: Sentence
    reason: str
    """The name of an error's class; `ControllerFailed` or `ControllerLost` where its controller left none."""
    details: str | None = None


@dataclass(frozen=True)
class ControllerInfo(Model):
    """Where the controller of a cluster runs, and whether it answers from here."""

    hostname: str
    pid: int | None = None
    reachable: bool = False
    """Whether it answers from here. While it does not, live numbers are None where it runs on another host,
    and the problem `controller_silent` says when it has written nothing for three minutes."""
    channel: Channel | None = None
    """The way by which it answers; None where it does not."""
    placement: Placement = "here"
    job_id: str | None = None
    """Its own Slurm job."""
    ends_at: Time | None = None
    """When that job ends."""


@dataclass(frozen=True)
class EnvironmentInfo(Model):
    """The Python in which controller and workers run."""

    kernel: str | None
    python: str
    distributed: str | None = None
    """Its version."""


@dataclass(frozen=True)
class JobCounts(Model):
    """How many jobs are wanted, and how many Slurm has, by phase."""

    plan: int = 0
    """How many are wanted."""
    queued: int = 0
    starting: int = 0
    working: int = 0
    missing: int = 0
    leaving: int = 0


@dataclass(frozen=True)
class Waiting(Model):
    """Why most of the queued jobs wait, and when Slurm expects the first of them to start."""

    reason: str | None = None
    """Slurm's own word, for example `Priority`."""
    reason_text: Sentence | None = None
    """The same in plain words."""
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


@dataclass(frozen=True)
class TaskFailure(Model):
    """Tasks of one function in which the same exception was raised."""

    function: str
    exception: str
    """As Python shows it, for example `ZeroDivisionError('division by zero')`."""
    tasks: int = 1
    worker: str | None = None
    """Where it was raised last; None where that worker is gone."""
    node: str | None = None
    """On which node that is."""
    job_id: str | None = None
    """The job of that worker, whose log may tell more."""


def dashboard_path_of(cluster_id: str) -> str:
    """Return where Jupyter serves the dashboard of a cluster, below its own address."""
    return f"dask-slurm/clusters/{cluster_id}/dashboard/"


@dataclass(frozen=True)
class Cluster(Model):
    """One Dask scheduler with its workers, as users see it.

    Live numbers are None where the cluster is shown from its record alone.
    """

    id: str
    """Never changes."""
    name: str
    backend: Backend
    status: ClusterStatus
    created_at: Time
    updated_at: Time
    """The last change of state; numbers that drift do not touch it."""
    controller: ControllerInfo
    environment: EnvironmentInfo
    dashboard_path: str
    """Below Jupyter's base URL."""
    scaling: Scaling
    profile: str | None = None
    ended: Ended | None = None
    replaces: str | None = None
    """The id of the cluster that this one took the place of."""
    error: ErrorInfo | None = None
    """Why it is `failed` or `lost`."""
    scheduler_address: str | None = None
    """For example `tls://10.0.0.1:40123`."""
    secure: bool = True
    options: Annotated[dict[str, Any], Schema("EffectiveOptions")] = field(default_factory=dict)
    """What it really has, from whatever source."""
    jobs: JobCounts = JobCounts()
    waiting: Waiting | None = None
    """None where no job waits, where Slurm has said nothing yet, and where only the record is known."""
    workers: WorkerCounts | None = WorkerCounts()
    threads: int | None = 0
    gpus: int | None = 0
    memory_bytes: int | None = 0
    memory_used_bytes: int | None = 0
    cpu_percent: float | None = 0.0
    """Mean over the cluster's threads."""
    tasks: TaskCounts | None = TaskCounts()
    failures: tuple[TaskFailure, ...] = ()
    """What its failed tasks failed of, the latest first and three at most; tasks that only needed the result
    of a failed one are counted in `tasks` alone."""
    core_hours: float | None = 0.0
    idle_since: Time | None = None
    idle_timeout_s: int = 3600
    closes_at: Time | None = None
    """When it ends if it stays idle."""
    expires_at: Time | None = None
    """When the walltime of its first job is over."""
    problems: tuple[Problem, ...] = ()
    hints: tuple[Hint, ...] = ()
    """What would make better use of it, one at most; none for one that is well."""
    usage: Usage | None = None
    """None where no worker was ever there."""


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
    """One Slurm job, that is one element of a job array; on the local backend one group of workers."""

    job_id: str
    """For example `4711_3` or `local_0`."""
    state: str
    """Slurm's own word, for example `PENDING`."""
    phase: JobPhase
    reason: str | None = None
    """Slurm's own word for why it waits, for example `Priority`."""
    reason_text: Sentence | None = None
    """The same in a sentence."""
    partition: str | None = None
    node: str | None = None
    """The first of its nodes."""
    cores: int = 0
    memory_bytes: int = 0
    gpus: int = 0
    submitted_at: Time | None = None
    expected_start_at: Time | None = None
    started_at: Time | None = None
    ends_at: Time | None = None
    exit_code: str | None = None
    """Code and signal, for example `0:9`."""
    restarts: int = 0
    workers: tuple[Worker, ...] = ()
    stdout: str | None = None
    """The path of its log."""
    stderr: str | None = None
    nodes: tuple[str, ...] = ()
    """All that it runs on; cores, memory and GPUs are those of all of them."""


@dataclass(frozen=True)
class ClusterEvent(Model):
    """The data of an event of the schema `https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1`.

    A change of state is told at once, further ones are gathered for 250 ms; numbers that drift cause at most
    one event in 5 s.
    """

    action: Literal["changed", "removed"]
    cluster_id: str
    cluster: Cluster | None
    """As it is now; None where it is no more."""
    translations: dict[str, Cluster] = field(default_factory=dict)
    """The same in the languages that browsers have asked for lately, for example `de_DE`, where it reads
    differently there."""
