"""What is on disk of a cluster: what its controller is told, and its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..directory import ClusterDirectory
from .base import Model, Time
from .cluster import Backend, Cluster, Placement


@dataclass(frozen=True)
class Credentials(Model):
    """Paths of the cluster's TLS files (PEM, 0600). The certificate signs itself and is its own CA."""

    ca_file: str
    cert: str
    key: str

    @classmethod
    def below(cls, directory: Path | str) -> Credentials:
        """Return where those of a cluster with this directory are, or will be."""
        on_disk = ClusterDirectory(Path(directory))
        certificate = str(on_disk.certificate)
        return cls(ca_file=certificate, cert=certificate, key=str(on_disk.key))


@dataclass(frozen=True)
class Ceiling(Model):
    """The administrator's limits of size; None is no limit. See `ceiling.check_ceiling`."""

    max_jobs_per_cluster: int | None = None
    max_cores: int | None = None


@dataclass(frozen=True)
class Endpoint(Model):
    """Where a controller listens for the Jupyter servers of its user on other hosts, by mutual TLS."""

    host: str
    port: int


@dataclass(frozen=True)
class LaunchSpec(Model):
    """All that a controller is told at its start: ``launch.json``, written once, before launch.

    `options` holds only what was asked for (after profile and limits); Dask's configuration fills
    the rest inside the controller, and `defaults`, the site's, what that leaves open. `scaling` is a
    request as REST takes it (jobs, workers, cores or memory). `nonce` is what the controller answers
    with on its socket, so that another process
    on the same path is never taken for it. `ceiling` and
    `allowed_partitions` (none: all) hold for as long as the cluster lives. `slurm_cluster` is the name of the
    Slurm cluster that the jobs are in, None where not known; it need not have been asked for.
    `max_array_size` is Slurm's ``MaxArraySize``, which decides how many jobs are sent at once; None where not
    known. `emptied` are options for which the profile says that nothing counts, also nothing of Dask's
    configuration. `notes` are sentences about what of the profile is taken for something else, or left out.
    `remote_channel` says whether the controller listens for other hosts. `placement` is ``job`` where it runs
    in a Slurm job of its own; then it chooses its `socket` itself. `ends_unheld` is for a cluster that a
    notebook's variable holds: it ends by itself when neither a kernel nor a client is connected, and it has
    no job either.
    """

    cluster_id: str
    name: str
    backend: Backend
    created_at: Time
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
    slurm_cluster: str | None = None
    max_array_size: int | None = None
    emptied: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    remote_channel: bool = True
    placement: Placement = "here"
    ends_unheld: bool = False
    version: int = 1

    @property
    def on_disk(self) -> ClusterDirectory:
        """What stands where in the cluster's directory."""
        return ClusterDirectory(Path(self.directory))

    @property
    def is_there(self) -> bool:
        """Whether it takes nodes of an allocation that this host is in: Slurm is sent nothing."""
        return self.placement == "here" and bool(self.options.get("one_allocation"))


@dataclass(frozen=True)
class Record(Model):
    """What is known of a cluster on disk: ``record.json``.

    Written by the launching Jupyter server until the controller runs (`pid` None), then by the
    controller alone, and after the controller's death by whoever cleans up.
    A process is known by `hostname`, `boot_id`, `pid` and `start_time` together
    (field 22 of ``/proc/<pid>/stat``, in clock ticks since boot), and by its answer on `socket`.
    `slurm_cluster` is that of `LaunchSpec`: jobs are known by their cluster and their ids together.
    `endpoint` is where the controller can be asked from other hosts; None where it cannot.
    """

    cluster: Cluster
    hostname: str
    boot_id: str
    nonce: str
    socket: str
    directory: str
    heartbeat_at: Time
    pid: int | None = None
    start_time: int | None = None
    slurm_cluster: str | None = None
    endpoint: Endpoint | None = None
    version: int = 1

    @property
    def on_disk(self) -> ClusterDirectory:
        """What stands where in the cluster's directory."""
        return ClusterDirectory(Path(self.directory))
