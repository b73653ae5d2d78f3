"""What Slurm allocates for a job, which may be more than was asked for and is what counts and costs. Pure.

Sources: slurm.conf(5) on OverSubscribe, MinNodes, MaxMemPerCPU, SelectType and SelectTypeParameters; each was
seen on a real Slurm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..protocol.models import Partition, Site
from .site import possible_partitions

_WHOLE_NODE = re.compile(r"#SBATCH\s+--exclusive\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Allocation:
    """CPUs that a job gets, and a sentence for each reason why these are more than it asks for."""

    cpus: int
    reasons: tuple[str, ...] = ()


def allocation(rendering: Mapping[str, Any], site: Site) -> Allocation:
    """Return what Slurm allocates for one job; of several partitions, where that is most.

    Parameters
    ----------
    rendering : mapping
        What `controller.render.render.render` found.
    """
    cores = int(rendering["cpus"]) * int(rendering["nodes"])
    if not rendering["script"]:
        return Allocation(cores)
    found = [_in(partition, rendering) for partition in possible_partitions(rendering["options"], site)]
    return max(found, key=lambda allocation: allocation.cpus, default=Allocation(cores))


def _in(partition: Partition, rendering: Mapping[str, Any]) -> Allocation:
    cores, where = int(rendering["cpus"]), f"partition {partition.name}"
    nodes = max(int(rendering["nodes"]), partition.min_nodes)
    cpus, reasons = cores, []
    if partition.cpus_per_node and (partition.whole_nodes or _WHOLE_NODE.search(rendering["script"])):
        cpus = partition.cpus_per_node
        whose = "its node" if rendering["nodes"] == 1 else "each of its nodes"
        reasons = [f"a job has {whose} to itself, up to {cpus} cores"] if cpus > cores else []
    else:
        on_each = "" if rendering["nodes"] == 1 else " on each node"
        by_memory = _cpus_for_memory(int(rendering["booked_bytes"]), partition.max_memory_per_cpu_bytes)
        if by_memory > cpus:
            cpus = by_memory
            reasons.append(f"so much memory comes with {cpus} cores{on_each}")
        whole = _whole_cores(cpus, partition.threads_per_core, rendering["options"].get("threads_per_core"))
        if whole > cpus:
            cpus = whole
            reasons.append(f"a core has {partition.threads_per_core} hardware threads, which go to one job")
    if nodes > rendering["nodes"]:
        reasons.append(f"a job gets {nodes} nodes at least, of which it uses {_in_words(rendering['nodes'])}")
    cpus *= nodes
    said = f"Slurm allocates {cpus} cores for a job of {cores * rendering['nodes']}"
    return Allocation(cpus, tuple(f"{said}: in {where} {reason}." for reason in reasons))


def _in_words(nodes: int) -> str:
    return "one" if nodes == 1 else str(nodes)


def _cpus_for_memory(memory_bytes: int, most_per_cpu: int | None) -> int:
    return -(-memory_bytes // most_per_cpu) if most_per_cpu else 0


def _whole_cores(cpus: int, threads: int, used: int | None) -> int:
    """Return the CPUs of whole cores; `used` is how many threads of each the job takes."""
    return -(-cpus // min(threads, used or threads)) * threads
