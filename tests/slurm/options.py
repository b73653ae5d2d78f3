"""What a private Slurm shall look like."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from typing import Any

from tests.slurm.release import VARIABLE


@dataclass(frozen=True)
class Partition:
    """A partition; `nodes` is a Slurm host list, `extra` more words of its line in slurm.conf."""

    name: str
    max_time: str = "2-00:00:00"
    nodes: str = "ALL"
    default: bool = False
    extra: str = ""


@dataclass(frozen=True)
class Place:
    """A host for daemons; the words of `wrapper`, before a command line, run it there."""

    hostname: str = "localhost"
    address: str = "127.0.0.1"
    wrapper: tuple[str, ...] = ()

    @property
    def is_this_machine(self) -> bool:
        """Whether its daemons run here, and listen on loopback alone."""
        return self.hostname == "localhost"


_PARTITIONS = (
    Partition("normal", default=True),
    Partition("short", max_time="00:10:00"),
    Partition("gpu", nodes="GPU"),
)


@dataclass(frozen=True)
class Options:
    """The shape of a private Slurm.

    Parameters
    ----------
    nodes : int
        Virtual nodes, named ``n1``, ``n2``, …
    cpus, memory_mb : int
        What each node claims to have; it may be more than this machine has.
    gpus, gpu_nodes : int
        So many GPUs (five at most, and they do nothing) on each of the last nodes. In a partition
        ``nodes="GPU"`` means these nodes.
    features : tuple of str
        Constraint features of the odd nodes, and of the even ones.
    partitions : tuple of Partition
        Those partitions instead of ``normal``, ``short`` and ``gpu``.
    max_array_size : int
        One more than the largest index of a job array; 0 switches arrays off.
    min_job_age_s : int
        How long Slurm remembers a job that has ended.
    accounting : bool
        With slurmdbd: sacct, sacctmgr, accounts, QoS and their limits.
    controller_at : Place
        The host of slurmctld. Slurm's commands have to run where they reach it.
    nodes_at : tuple of Place
        The host of each node; by default, all of them are this machine.
    extra : tuple of str
        More lines for slurm.conf; the later of two wins.
    node_lines : tuple of str
        Lines of slurm.conf about further nodes, which no daemon runs.
    tokens : bool
        Users may say who they are by ``SLURM_JWT`` (``scontrol token``) in place of munge.
    threads_per_core : int
        Hardware threads of each core; `cpus` counts threads.
    cluster : str
        Its ``ClusterName``.
    beside : str
        The ``slurm.conf`` of another private Slurm with accounting, whose slurmdbd and munged this one uses
        too: then each is reached from the other's host by ``--clusters``.
    job_submit : str
        What judges each submission, in Lua (``job_submit.lua``).
    release : str
        Which of the Slurms on this machine: see `release.Release`.
    """

    nodes: int = 4
    cpus: int = 16
    memory_mb: int = 64000
    gpus: int = 2
    gpu_nodes: int = 2
    features: tuple[str, str] = ("skylake,ib", "icelake,ib")
    partitions: tuple[Partition, ...] = _PARTITIONS
    max_array_size: int = 10001
    min_job_age_s: int = 300
    accounting: bool = False
    controller_at: Place = Place()
    nodes_at: tuple[Place, ...] = ()
    extra: tuple[str, ...] = ()
    node_lines: tuple[str, ...] = ()
    tokens: bool = False
    threads_per_core: int = 1
    cluster: str = "private"
    beside: str = ""
    job_submit: str = ""
    release: str = field(default_factory=lambda: os.environ.get(VARIABLE, ""))

    def place_of(self, node: str) -> Place:
        """Return the host of a node."""
        return self.nodes_at[self.node_names.index(node)] if self.nodes_at else Place()

    @property
    def node_names(self) -> list[str]:
        """Names of all nodes."""
        return [f"n{number}" for number in range(1, self.nodes + 1)]

    @property
    def gpu_node_names(self) -> list[str]:
        """Names of the nodes with GPUs."""
        return self.node_names[self.nodes - min(self.gpu_nodes, self.nodes) :] if self.gpus else []

    def to_json(self) -> str:
        """Return the options as one line, for the supervising process."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Options:
        """Read what `to_json` wrote; fields that are absent keep their defaults."""
        data: dict[str, Any] = json.loads(text)
        if "partitions" in data:
            data["partitions"] = tuple(Partition(**item) for item in data["partitions"])
        if "controller_at" in data:
            data["controller_at"] = _place(data["controller_at"])
        if "nodes_at" in data:
            data["nodes_at"] = tuple(_place(item) for item in data["nodes_at"])
        for name in ("features", "extra", "node_lines"):
            if name in data:
                data[name] = tuple(data[name])
        return cls(**data)


def _place(data: dict[str, Any]) -> Place:
    return Place(data["hostname"], data["address"], tuple(data["wrapper"]))
