"""What a site offers: Slurm's partitions, accounts and QoS; interfaces of this host; kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .base import Model


@dataclass(frozen=True)
class Partition(Model):
    """A partition of this site; sizes are those of its largest node, limits None where unlimited.

    `allowed_accounts` and `allowed_qos` are None where any may be used there. `node_names` is written as
    Slurm writes it (``n[1-4]``), `node_gres` has each kind of resource with the most that a node has of it.
    `hidden_nodes` says of how many nodes Slurm shows nothing: cloud nodes without power, for example; of
    those, features and resources are not known, and `gpus_per_node` is None where the others have none.
    `whole_nodes` says that a job has its nodes to itself, `min_nodes` how many it gets at least, `max_nodes`
    how many at most; memory over `max_memory_per_cpu_bytes` costs more CPUs, and `threads_per_core` CPUs go
    to one job together.
    `why_closed` says why it may not be used where it is not `allowed`.
    """

    name: str
    default: bool
    state: str
    max_walltime_s: int | None
    default_walltime_s: int | None
    nodes: int
    cpus_per_node: int
    memory_per_node_bytes: int
    gpus_per_node: int | None
    gres: str | None
    features: tuple[str, ...]
    idle_cpus: int
    allowed: bool
    allowed_accounts: tuple[str, ...] | None = None
    allowed_qos: tuple[str, ...] | None = None
    node_names: str | None = None
    node_gres: tuple[str, ...] = ()
    hidden_nodes: int = 0
    whole_nodes: bool = False
    min_nodes: int = 1
    max_memory_per_cpu_bytes: int | None = None
    threads_per_core: int = 1
    why_closed: str | None = None
    max_nodes: int | None = None


@dataclass(frozen=True)
class Reservation(Model):
    """Nodes that are kept for some at a time; `allowed` is true also where only Slurm can tell."""

    name: str
    active: bool
    allowed: bool
    starts_at: str | None = None
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlurmInfo(Model):
    """Whether Slurm answers here, and what it is.

    `clusters` are all that its database knows, where it has one: option ``slurm_cluster`` chooses among them.
    """

    available: bool
    version: str | None = None
    cluster_name: str | None = None
    max_array_size: int | None = None
    error: str | None = None
    clusters: tuple[str, ...] = ()


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
    """A Jupyter kernel, and whether a cluster can run in its Python; `problem` says why not, as a predicate.

    One that is not `looked_at` is `usable` as far as is known: only a look, when it is chosen, can tell.
    """

    name: str
    display_name: str
    python: str | None
    distributed: str | None
    usable: bool
    problem: str | None
    language: str = "python"
    looked_at: bool = True


@dataclass(frozen=True)
class Limits:
    """Limits as Slurm looks them up, each by itself; None where it is not set there, or not known.

    `whose` is part of a sentence: ``account "physics"``.
    """

    whose: str
    walltime_s: int | None = None
    cpus_of_job: int | None = None
    cpus_of_user: int | None = None
    cpus_of_all: int | None = None


@dataclass(frozen=True)
class Level:
    """A QoS as jobs are judged by it; `over_partition` puts it before the QoS of a partition."""

    name: str
    limits: Limits
    over_partition: bool = False


@dataclass(frozen=True)
class Association:
    """What this user may do under an account, in one partition; None is each that has none of its own."""

    account: str
    partition: str | None
    default: bool
    qos: tuple[str, ...]
    default_qos: str | None
    limits: Limits


@dataclass(frozen=True)
class Rules:
    """What Slurm's accounting enforces, and by what; nothing where that is not known.

    `accounts`, `qos` and `limits` say whether each of these is enforced.
    """

    accounts: bool = False
    qos: bool = False
    limits: bool = False
    associations: tuple[Association, ...] = ()
    levels: tuple[Level, ...] = ()
    qos_of_partitions: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Site(Model):
    """What this Slurm installation offers to this user, and the kernels of this Jupyter.

    `reservations` is None where they are not known.
    `rules` are what options are checked against, and no part of the JSON.
    """

    slurm: SlurmInfo
    partitions: tuple[Partition, ...] = ()
    accounts: tuple[Account, ...] = ()
    qos: tuple[Qos, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    kernels: tuple[Kernel, ...] = ()
    reservations: tuple[Reservation, ...] | None = None
    rules: Rules = Rules()

    def to_json(self) -> dict[str, Any]:
        """Return what the browser is told: all but the rules."""
        told = super().to_json()
        del told["rules"]
        return told
