"""Builds the backend of a launch spec: the cluster object, its job table and its watch."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...protocol.models import LaunchSpec
from ...system.files import make_private_directory, storage_errors
from ..options.effective import effective_options, job_size
from ..options.keywords import jobqueue_keywords
from ..options.sizing import JobSize
from ..state.jobs import JobTable
from ..state.slurm_watch import SlurmWatch, Watch
from ..state.workers import connected
from .base import JobCluster, security_from
from .events import BackendEvents
from .local_cluster import LocalCluster
from .submitter import Submitter


@dataclass
class Backend:
    """Where the jobs of a cluster run, and what one of them is.

    Attributes
    ----------
    options : dict
        The effective ones.
    watch : Watch or None
        How to learn what became of jobs; None where the cluster object tells by itself.
    events : BackendEvents
        Where it tells; the controller listens.
    """

    cluster: JobCluster
    job_table: JobTable
    size: JobSize
    options: dict[str, Any]
    events: BackendEvents
    watch: Watch | None = None


def make_backend(spec: LaunchSpec) -> Backend:
    """Return the backend that `spec` asks for; nothing is started yet."""
    options = effective_options(spec)
    size = job_size(options)
    job_table = JobTable(spec.cluster_id, size.processes)
    make = _local if spec.backend == "local" else _slurm
    return make(spec, options, size, job_table)


def _local(spec: LaunchSpec, options: dict[str, Any], size: JobSize, job_table: JobTable) -> Backend:
    events = BackendEvents()
    cluster = LocalCluster(
        job_table=job_table,
        size=size,
        security=security_from(spec.credentials),
        events=events,
        interface=options["interface"],
        local_directory=options["local_directory"],
        scheduler_options=options["scheduler_options"],
    )
    return Backend(cluster, job_table, size, options, events)


def _slurm(spec: LaunchSpec, options: dict[str, Any], size: JobSize, job_table: JobTable) -> Backend:
    # dask-jobqueue need not be installed where only the local backend is used.
    from .slurm_cluster import SlurmCluster

    events = BackendEvents()
    cluster = SlurmCluster(
        job_table=job_table,
        submitter=Submitter(job_table, Path(spec.directory), _log_directory(spec, options), events),
        security=security_from(spec.credentials),
        **jobqueue_keywords(options, spec.cluster_id),
    )
    watch = SlurmWatch(job_table, lambda: connected(cluster.scheduler))
    return Backend(cluster, job_table, size, options, events, watch)


def _log_directory(spec: LaunchSpec, options: dict[str, Any]) -> Path:
    """Return where Slurm writes the jobs' output; it exists afterwards, for Slurm does not make it."""
    if options["log_directory"] is None:
        return make_private_directory(Path(spec.directory) / "logs")
    # Expanded here, for sbatch takes the path as it is, and so do those who read the logs.
    asked = Path(os.path.expandvars(options["log_directory"])).expanduser()
    with storage_errors(asked, "make the log directory"):
        asked.mkdir(parents=True, exist_ok=True)
    return asked
