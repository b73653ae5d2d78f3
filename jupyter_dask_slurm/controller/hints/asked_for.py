"""Effective options → what hints must know of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...protocol.models import Backend
from ...protocol.scaling import JobSize
from ...slurm.script.gpu_workers import gpus_of, is_cuda
from ...slurm.script.job_keywords import lines_of
from ...system.mounts import network_file_system
from ...system.own_directory import LAST_RESORT
from .measures import Asked

_OMP = "OMP_NUM_THREADS"
_EXPORT = re.compile(rf"\s*(?:export\s+)?{_OMP}=[\"']?(\w+)[\"']?\s*", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,4}", re.ASCII)


def asked_for(
    backend: Backend, options: Mapping[str, Any], size: JobSize, environ: Mapping[str, str]
) -> Asked:
    """Return what was asked for; looks at this machine's mounts.

    Parameters
    ----------
    environ : mapping
        What jobs inherit.
    """
    place = options["local_directory"]
    # One with variables is known in the jobs alone.
    kind = network_file_system(str(place)) if place and "$" not in str(place) else None
    disk = str(LAST_RESORT)
    threads, line = omp_threads(options, environ)
    return Asked(
        reserves=backend == "slurm",
        processes=size.processes,
        cores=size.cores,
        memory_bytes=size.memory_bytes,
        gpus=gpus_of(options) > 0 or is_cuda(options.get("worker_command")),
        each="node" if size.nodes > 1 else "job",
        omp_threads=threads,
        omp_line=line,
        spills_to=str(place) if kind else None,
        file_system=kind,
        node_disk=disk if kind and network_file_system(disk) is None else None,
    )


def omp_threads(options: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[int | None, str | None]:
    """Return what `OMP_NUM_THREADS` is in the jobs, as far as options tell; None where Dask sets it.

    Lines of the script come last and count most; of several the last one, which is returned, too.
    """
    texts: list[tuple[Any, str | None]] = [
        (environ.get(_OMP), None),
        ((options["environment_variables"] or {}).get(_OMP), None),
    ]
    lines = map(_EXPORT.fullmatch, lines_of(options["job_script_prologue"]))
    texts += [(match[1], match[0].strip()) for match in lines if match]
    found = [(int(text), line) for text, line in texts if text is not None and _NUMBER.fullmatch(str(text))]
    return found[-1] if found else (None, None)
