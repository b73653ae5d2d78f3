"""How large one job is, and how many make what a user asks for: one rule, for all processes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import InvalidRequest
from .memory_size import parse_memory
from .models import Scaling

DEFAULT_SCALING: dict[str, Any] = {"mode": "manual", "jobs": 1}

MOST_JOBS = 10_000
"""More jobs than any cluster has: what asks for more is a slip, and keeps a scheduler busy for long."""


@dataclass(frozen=True)
class JobSize:
    """What one job holds on each of its nodes: workers, their cores, and memory in bytes, 0 where not known.

    `job_cpu` are the CPUs that Slurm is asked for, where they are others than the cores of the workers.
    """

    processes: int
    cores: int
    memory_bytes: int
    job_cpu: int | None = None
    nodes: int = 1

    @property
    def workers(self) -> int:
        """Workers of the whole job."""
        return self.nodes * self.processes

    @property
    def cpus_of_node(self) -> int:
        """CPUs that Slurm is asked for on each node."""
        return self.job_cpu or self.cores

    @property
    def cpus(self) -> int:
        """CPUs that Slurm is asked for, for the whole job, which is what counts for limits."""
        return self.nodes * self.cpus_of_node


def known_size(options: Mapping[str, Any]) -> JobSize:
    """Return the size of one job as far as options tell it.

    What is not known yet counts as one worker and one core, and memory as enough: the controller, which knows
    the effective options, has the last word.
    """
    memory = options.get("memory")
    memory_bytes = parse_memory(str(memory)) if memory else 0
    return JobSize(
        options.get("processes") or 1,
        options.get("cores") or 1,
        memory_bytes,
        options.get("job_cpu"),
        known_nodes(options),
    )


def known_nodes(options: Mapping[str, Any]) -> int:
    """Return on how many nodes one job of these options runs; records of former versions do not say."""
    return int(options.get("nodes_per_job") or 1)


def known_cpus(options: Mapping[str, Any]) -> int:
    """Return the CPUs that one job of these options asks Slurm for, as far as they tell it."""
    return known_nodes(options) * int(options.get("job_cpu") or options.get("cores") or 1)


def resolve_scaling(request: Mapping[str, Any], size: JobSize) -> Scaling:
    """Return the scaling that a request means, in whole jobs, rounded up.

    Parameters
    ----------
    request : mapping
        As REST takes it: ``mode`` and one of ``jobs``, ``workers``, ``cores``, ``memory``, or
        ``minimum_jobs`` and ``maximum_jobs``.

    Raises
    ------
    InvalidRequest
        Where it is none of these.
    """
    scaling = _adaptive(request) if request.get("mode", "manual") == "adaptive" else _fixed(request, size)
    if max(scaling.jobs or 0, scaling.maximum_jobs or 0) > MOST_JOBS:
        raise InvalidRequest(f"A cluster can have at most {MOST_JOBS} jobs.", field="scaling")
    return scaling


def _fixed(request: Mapping[str, Any], size: JobSize) -> Scaling:
    per_job = {"jobs": 1, "workers": size.workers, "cores": size.nodes * size.cores}
    for key, units in per_job.items():
        if key in request:
            return Scaling("manual", jobs=math.ceil(whole_number(request[key], f"scaling.{key}") / units))
    if "memory" in request:
        whole = _bytes(request["memory"])
        return Scaling("manual", jobs=math.ceil(whole / (size.nodes * size.memory_bytes or whole or 1)))
    raise InvalidRequest(
        "scaling needs one of jobs, workers, cores or memory, or the mode adaptive with its limits.",
        field="scaling",
    )


def _adaptive(request: Mapping[str, Any]) -> Scaling:
    minimum = whole_number(request.get("minimum_jobs", 0), "scaling.minimum_jobs")
    maximum = whole_number(request.get("maximum_jobs"), "scaling.maximum_jobs")
    if minimum > maximum:
        raise InvalidRequest(
            f"minimum_jobs ({minimum}) must not be above maximum_jobs ({maximum}).",
            field="scaling.minimum_jobs",
        )
    return Scaling("adaptive", minimum_jobs=minimum, maximum_jobs=maximum)


def first_jobs(scaling: Scaling) -> int:
    """Return how many jobs a new cluster begins with."""
    return (scaling.jobs if scaling.mode == "manual" else scaling.minimum_jobs) or 0


def most_jobs(scaling: Scaling) -> int:
    """Return how many jobs a cluster may come to have."""
    return (scaling.jobs if scaling.mode == "manual" else scaling.maximum_jobs) or 0


def whole_number(value: object, field: str) -> int:
    """Return a value that must be a whole number, 0 or more.

    Raises
    ------
    InvalidRequest
        Where it is something else.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        name = field.rpartition(".")[2]
        raise InvalidRequest(f"{name} must be a whole number, 0 or more, not {value!r}.", field=field)
    return value


def _bytes(value: object) -> int:
    try:
        size = parse_memory(value) if isinstance(value, str) else None
    except ValueError:
        size = None
    if size is None:
        raise InvalidRequest(
            f'memory must be text with a unit, for example "200 GB", not {value!r}.', field="scaling.memory"
        )
    return size
