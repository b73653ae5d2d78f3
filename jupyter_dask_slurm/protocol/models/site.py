"""What a site offers: Slurm's partitions, accounts and QoS; interfaces of this host; kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .base import UNSENT, Model, Sentence


@dataclass(frozen=True)
class Partition(Model):
    """A partition of this site; sizes are those of its largest node."""

    name: str
    default: bool
    state: str
    max_walltime_s: int | None
    """None where unlimited."""
    default_walltime_s: int | None
    nodes: int
    cpus_per_node: int
    memory_per_node_bytes: int
    gpus_per_node: int | None
    """None where none are seen and Slurm shows nothing of some nodes (`hidden_nodes`)."""
    gres: str | None
    features: tuple[str, ...]
    idle_cpus: int
    allowed: bool
    """Whether this user may use it."""
    allowed_accounts: tuple[str, ...] | None = None
    """None where any may be charged."""
    allowed_qos: tuple[str, ...] | None = None
    """None where any may be used."""
    node_names: str | None = None
    """As Slurm writes them together, for example `n[1-4]`."""
    node_gres: tuple[str, ...] = ()
    """Each kind of resource with the most that a node has of it."""
    hidden_nodes: int = 0
    """Of how many nodes Slurm shows nothing: cloud nodes without power, for example."""
    whole_nodes: bool = False
    """A job has its nodes to itself."""
    min_nodes: int = 1
    """So many nodes a job gets at least."""
    max_memory_per_cpu_bytes: int | None = None
    """A job with more memory gets more CPUs."""
    threads_per_core: int = 1
    """CPUs that go to one job together."""
    why_closed: Sentence | None = None
    """Why it may not be used where `allowed` is false."""
    max_nodes: int | None = None
    """So many nodes a job gets at most."""


@dataclass(frozen=True)
class Reservation(Model):
    """Nodes that are kept for some at a time."""

    name: str
    active: bool
    allowed: bool
    """Whether this user may use it; true also where only Slurm can tell."""
    starts_at: str | None = None
    users: tuple[str, ...] = ()


@dataclass(frozen=True)
class SlurmInfo(Model):
    """Whether Slurm answers here, and what it is."""

    available: bool
    version: str | None = None
    cluster_name: str | None = None
    max_array_size: int | None = None
    error: Sentence | None = None
    """What could not be learnt, and why."""
    clusters: tuple[str, ...] = ()
    """All that its database knows, this one too; none without one. The option `slurm_cluster` chooses one."""


@dataclass(frozen=True)
class Account(Model):
    """An account that this user may charge; limits are the user's there, None where unlimited or unknown."""

    name: str
    default: bool
    qos: tuple[str, ...] = ()
    max_walltime_s: int | None = None
    max_cpus: int | None = None
    """Of all of the user's jobs together."""


@dataclass(frozen=True)
class Qos(Model):
    """A quality of service and its limits; None where unlimited or unknown."""

    name: str
    max_walltime_s: int | None = None
    max_cpus_per_user: int | None = None


@dataclass(frozen=True)
class NetworkInterface(Model):
    """A network interface of this host."""

    name: str
    address: str


@dataclass(frozen=True)
class Kernel(Model):
    """A Jupyter kernel, and whether a cluster can run in its Python."""

    name: str
    display_name: str
    python: str | None
    distributed: str | None
    """Its version."""
    usable: bool
    """As far as is known where it is not `looked_at`."""
    problem: Sentence | None
    """Why it is not usable, as a predicate, with the command that mends it."""
    language: str = "python"
    """In small letters."""
    looked_at: bool = True
    """False where only a look can tell, which is taken when a preview or a cluster names it: to list kernels
    runs nothing of them."""


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
    """What this Slurm installation offers to this user, and the kernels of this Jupyter."""

    slurm: SlurmInfo
    partitions: tuple[Partition, ...] = ()
    accounts: tuple[Account, ...] = ()
    qos: tuple[Qos, ...] = ()
    interfaces: tuple[NetworkInterface, ...] = ()
    """Those of the Jupyter server's host."""
    kernels: tuple[Kernel, ...] = ()
    reservations: tuple[Reservation, ...] | None = None
    """None where they could not be learnt."""
    controller_reasons: tuple[Sentence, ...] = ()
    """Why controllers should not run on this host, in sentences: what would end them there, or keeps nodes
    from them. The form proposes a job of their own then (`controller_placement`). None where that cannot be.
    """
    rules: Rules = field(default=Rules(), metadata=UNSENT)
    """What options are checked against."""
