"""From what was asked for to the cluster object that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..models import LaunchSpec
from .cluster import JobCluster, security_from
from .keeper import Watch
from .ledger import End, Ledger, TrackedJob
from .options import effective_options, job_size
from .sizing import JobSize


@dataclass
class Backend:
    """Where the jobs of a cluster run, and what one of them is.

    Attributes
    ----------
    options : dict
        The effective ones.
    watch : Watch or None
        How to learn what became of jobs; None where the cluster object tells by itself.
    on_end : callable
        Set by the controller: what to do when a job ended without being asked to.
    """

    cluster: JobCluster
    ledger: Ledger
    size: JobSize
    options: dict[str, Any]
    watch: Watch | None = None
    on_end: Callable[[TrackedJob, End], None] = field(default=lambda job, end: None)

    def job_ended(self, job: TrackedJob, end: End) -> None:
        """Pass the end of a job on."""
        self.on_end(job, end)


def make_backend(spec: LaunchSpec) -> Backend:
    """Return the backend that `spec` asks for; nothing is started yet."""
    options = effective_options(spec)
    size = job_size(options)
    ledger = Ledger(spec.cluster_id, size.processes)
    make = _local if spec.backend == "local" else _slurm
    return make(spec, options, size, ledger)


def _local(spec: LaunchSpec, options: dict[str, Any], size: JobSize, ledger: Ledger) -> Backend:
    from .local import LocalCluster

    backend: Backend
    cluster = LocalCluster(
        ledger=ledger,
        size=size,
        security=security_from(spec.credentials),
        on_end=lambda job, end: backend.job_ended(job, end),
        interface=options["interface"],
        local_directory=options["local_directory"],
        scheduler_options=options["scheduler_options"],
    )
    backend = Backend(cluster, ledger, size, options)
    return backend


def _slurm(spec: LaunchSpec, options: dict[str, Any], size: JobSize, ledger: Ledger) -> Backend:
    raise SystemExit("slurm comes next")
