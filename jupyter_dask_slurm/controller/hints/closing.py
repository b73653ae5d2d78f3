"""A cluster that has ended → one line of history that says what it used of what it had. Pure."""

from __future__ import annotations

from ...protocol.memory_size import format_memory
from ...protocol.models import Cluster, Usage
from ...protocol.scaling import known_nodes
from .amounts import part_of_core_time


def closing_line(cluster: Cluster) -> str | None:
    """Return what was used, and what was said of it last; None where no worker was ever there."""
    usage = cluster.usage
    if usage is None:
        return None
    said = f" {cluster.hints[0].message}" if cluster.hints else _next(usage, known_nodes(cluster.options))
    return f"{_cores(cluster.core_hours or 0.0, usage)}{_memory(usage)}{said}"


def _cores(reserved_hours: float, usage: Usage) -> str:
    if not reserved_hours:
        return ""
    return f"Its workers computed for {part_of_core_time(usage.core_hours * 3600, reserved_hours * 3600)}. "


def _memory(usage: Usage) -> str:
    used, had = format_memory(usage.peak_memory_bytes), format_memory(usage.worker_memory_bytes)
    return f"The fullest one used {used} of {had} of memory."


def _next(usage: Usage, nodes: int) -> str:
    each = "node" if nodes > 1 else "job"
    return f" Next time ask for {usage.next_memory} for each {each}." if usage.next_memory else ""
