"""What clusters of the local backend can have: this host's cores, memory and directories."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..protocol.errors import SiteRefuses
from ..protocol.memory_size import format_memory, parse_memory
from ..system.own_directory import local_place
from ..system.trust import problem_of_place

THREADS_PER_CORE = 4
"""Threads of tasks often wait for one another, and for files: a job may have more of them than cores."""
WORKER_BYTES = 100_000_000
"""What a worker needs to run at all: a Python with Dask."""


@dataclass(frozen=True)
class HostSize:
    """How large a machine is."""

    cores: int
    memory_bytes: int


def this_host() -> HostSize:
    """Return this machine, as the kernel counts it."""
    return HostSize(os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def refusals_of_host(options: Mapping[str, Any], jobs: int, host: HostSize) -> Iterator[SiteRefuses]:
    """Yield what is too large for this host.

    Parameters
    ----------
    options : mapping
        Of a cluster of the local backend.
    jobs : int
        As many as it may come to have.
    """
    cores, memory = options.get("cores") or 1, options.get("memory")
    if cores > THREADS_PER_CORE * host.cores:
        yield SiteRefuses(
            f"A job of {cores} cores is too large for this machine, which has {host.cores}: "
            f"{THREADS_PER_CORE * host.cores} at most.",
            field="options.cores",
        )
    if memory and parse_memory(memory) > host.memory_bytes:
        yield SiteRefuses(
            f"A job of {memory} is more than this machine has: {format_memory(host.memory_bytes)} at most.",
            field="options.memory",
        )
    place = options.get("local_directory")
    problem = problem_of_place(local_place(place)) if place else None
    if problem:
        yield SiteRefuses(
            f"Workers cannot write into {place}: {problem}. Choose a directory of your own, or none.",
            field="options.local_directory",
        )
    workers, most = jobs * (options.get("processes") or 1), host.memory_bytes // WORKER_BYTES
    if workers > most:
        yield SiteRefuses(
            f"{workers} workers are too many for this machine: each needs {WORKER_BYTES // 10**6} MB to run "
            f"at all, so {most} at most.",
            field="scaling",
        )
