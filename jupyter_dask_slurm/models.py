"""What crosses a boundary: controller, Jupyter server, disk and browser speak in these.

Every model is a frozen dataclass with ``to_json`` and ``from_json``; ``contract/*.json`` holds a
golden sample of each, read by pytest and by jest. Numbers carry their unit in the name; times are
text, ISO 8601 in UTC with seconds, for example ``2026-11-20T21:00:00Z``. ``from_json`` ignores
fields that it does not know, so that an older reader understands a newer record.

Standard library only: this module also runs inside the kernel's environment.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from typing import Any, Literal, TypeVar

ClusterStatus = Literal["starting", "running", "stopping", "stopped", "failed", "lost"]
OVER: tuple[ClusterStatus, ...] = ("stopped", "failed", "lost")
JobPhase = Literal["queued", "starting", "working", "missing", "ended"]
Backend = Literal["slurm", "local"]
Severity = Literal["info", "warning", "error"]

_M = TypeVar("_M", bound="Model")


def iso_time(epoch_s: float | None = None) -> str:
    """Return a time as ISO 8601 text in UTC; `epoch_s` in seconds, now by default."""
    moment = datetime.now(timezone.utc) if epoch_s is None else datetime.fromtimestamp(epoch_s, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch_time(iso: str) -> float:
    """Return the seconds since 1970 of a time that `iso_time` made."""
    return datetime.strptime(iso, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


class Model:
    """Base of all models: to and from plain JSON values."""

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain dicts, lists, text and numbers."""
        return {f.name: _encode(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_json(cls: type[_M], data: dict[str, Any]) -> _M:
        """Build the model from plain JSON values.

        Raises
        ------
        TypeError, ValueError, KeyError
            Where a required field is missing or a value has another shape.
        """
        if not isinstance(data, dict):
            raise TypeError(f"{cls.__name__} needs an object, not {type(data).__name__}")
        hints = _hints(cls)  # type: ignore[arg-type]  # a class can be hashed
        known = {name: _decode(hints[name], data[name]) for name in hints if name in data}
        return cls(**known)


@cache
def _hints(cls: type[Model]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {f.name: hints[f.name] for f in dataclasses.fields(cls)}  # type: ignore[arg-type]


def _encode(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    return value


def _decode(hint: Any, value: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        return None if value is None else _decode(inner[0], value)
    if origin is tuple:
        return tuple(_decode(args[0], item) for item in value)
    if isinstance(hint, type) and issubclass(hint, Model):
        return hint.from_json(value)
    return value


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

    time: str
    reason: str


@dataclass(frozen=True)
class ErrorInfo(Model):
    """Why a cluster failed; `reason` is the name of an error class."""

    message: str
    reason: str
    details: str | None = None


@dataclass(frozen=True)
class ControllerInfo(Model):
    """Where the controller of a cluster runs, and whether it answers from here."""

    hostname: str
    pid: int | None = None
    reachable: bool = False


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
class Problem(Model):
    """Something wrong with a cluster, in words, with what to do about it.

    `message` and `advice` are ours; `details` are Slurm's or Dask's own words.
    """

    code: str
    severity: Severity
    message: str
    advice: str
    since: str
    details: str | None = None
    job_id: str | None = None


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
    created_at: str
    updated_at: str
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
    workers: WorkerCounts | None = WorkerCounts()
    threads: int | None = 0
    gpus: int | None = 0
    memory_bytes: int | None = 0
    memory_used_bytes: int | None = 0
    cpu_percent: float | None = 0.0
    tasks: TaskCounts | None = TaskCounts()
    core_hours: float | None = 0.0
    idle_since: str | None = None
    idle_timeout_s: int = 3600
    closes_at: str | None = None
    expires_at: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Worker(Model):
    """A Dask worker process of a job.

    `status` is ``expected``, ``running``, ``paused``, ``closing`` or ``gone``.
    """

    name: str
    status: str
    address: str | None = None
    memory_used_bytes: int = 0
    cpu_percent: float = 0.0


@dataclass(frozen=True)
class Job(Model):
    """One Slurm job: one element of a job array. `state` is Slurm's own word, `phase` is ours."""

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
    submitted_at: str | None = None
    expected_start_at: str | None = None
    started_at: str | None = None
    ends_at: str | None = None
    exit_code: str | None = None
    restarts: int = 0
    workers: tuple[Worker, ...] = ()
    stdout: str | None = None
    stderr: str | None = None


@dataclass(frozen=True)
class HistoryEntry(Model):
    """One thing that happened to a cluster."""

    time: str
    event: str
    message: str


@dataclass(frozen=True)
class LogTail(Model):
    """The end of a log file; `truncated` says that there is more before it."""

    path: str
    text: str
    truncated: bool = False


@dataclass(frozen=True)
class Credentials(Model):
    """Paths of the cluster's TLS files (PEM, 0600). The certificate signs itself and is its own CA."""

    ca_file: str
    cert: str
    key: str

    @classmethod
    def below(cls, directory: str) -> Credentials:
        """Return where those of a cluster with this directory are, or will be."""
        certificate = f"{directory}/cert.pem"
        return cls(ca_file=certificate, cert=certificate, key=f"{directory}/key.pem")


@dataclass(frozen=True)
class Ceiling(Model):
    """The administrator's limits of size; None is no limit. See `ceiling.check_ceiling`."""

    max_jobs_per_cluster: int | None = None
    max_cores: int | None = None


@dataclass(frozen=True)
class LaunchSpec(Model):
    """All that a controller is told at its start: ``launch.json``, written once, before launch.

    `options` holds only what was asked for (after profile and limits); Dask's configuration fills
    the rest inside the controller, and `defaults`, the site's, what that leaves open. `scaling` is a
    request as REST takes it (jobs, workers, cores or memory). `nonce` is what the controller answers
    with on its socket, so that another process
    on the same path is never taken for it. `ceiling` and
    `allowed_partitions` (none: all) hold for as long as the cluster lives.
    """

    cluster_id: str
    name: str
    backend: Backend
    created_at: str
    directory: str
    socket: str
    nonce: str
    python: str
    dashboard_path: str
    scaling: dict[str, Any]
    options: dict[str, Any]
    idle_timeout_s: int
    kernel: str | None = None
    profile: str | None = None
    replaces: str | None = None
    credentials: Credentials | None = None
    defaults: dict[str, Any] = field(default_factory=dict)
    ceiling: Ceiling = Ceiling()
    allowed_partitions: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True)
class Record(Model):
    """What is known of a cluster on disk: ``record.json``.

    Written by the launching Jupyter server until the controller runs (`pid` None), then by the
    controller alone, and after the controller's death by whoever cleans up.
    A process is known by `hostname`, `boot_id`, `pid` and `start_time` together
    (field 22 of ``/proc/<pid>/stat``, in clock ticks since boot), and by its answer on `socket`.
    """

    cluster: Cluster
    hostname: str
    boot_id: str
    nonce: str
    socket: str
    directory: str
    heartbeat_at: str
    pid: int | None = None
    start_time: int | None = None
    version: int = 1


@dataclass(frozen=True)
class Partition(Model):
    """A partition of this site; sizes are those of its largest node, limits None where unlimited.

    `allowed_accounts` and `allowed_qos` are None where any may be used there.
    """

    name: str
    default: bool
    state: str
    max_walltime_s: int | None
    default_walltime_s: int | None
    nodes: int
    cpus_per_node: int
    memory_per_node_bytes: int
    gpus_per_node: int
    gres: str | None
    features: tuple[str, ...]
    idle_cpus: int
    allowed: bool
    allowed_accounts: tuple[str, ...] | None = None
    allowed_qos: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SlurmInfo(Model):
    """Whether Slurm answers here, and what it is."""

    available: bool
    version: str | None = None
    cluster_name: str | None = None
    max_array_size: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Account(Model):
    """An account that this user may charge; limits are the user's there, None where unlimited or unknown.

    `max_cpus` is for all jobs together.
    """

    name: str
    default: bool
    qos: tuple[str, ...] = ()
    max_walltime_s: int | None = None
    max_cpus: int | None = None


@dataclass(frozen=True)
class Qos(Model):
    """A quality of service and its limits; None where unlimited or unknown."""

    name: str
    max_walltime_s: int | None = None
    max_cpus_per_user: int | None = None


@dataclass(frozen=True)
class Interface(Model):
    """A network interface of this host."""

    name: str
    address: str


@dataclass(frozen=True)
class Kernel(Model):
    """A Jupyter kernel, and whether a cluster can run in its Python; `problem` says why not."""

    name: str
    display_name: str
    python: str | None
    distributed: str | None
    usable: bool
    problem: str | None


@dataclass(frozen=True)
class Site(Model):
    """What this Slurm installation offers to this user, and the kernels of this Jupyter."""

    slurm: SlurmInfo
    partitions: tuple[Partition, ...] = ()
    accounts: tuple[Account, ...] = ()
    qos: tuple[Qos, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    kernels: tuple[Kernel, ...] = ()
