"""Builds the backend of a launch spec: the cluster object, its job table and its watch."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...protocol.errors import Unprocessable
from ...protocol.models import LaunchSpec
from ...protocol.scaling import JobSize
from ...system.files import make_private_directory, storage_errors, write_private
from ...system.own_directory import PREFIX, local_place, make_own_directory
from ..options.effective import Effective, effective, job_size
from ..options.keywords import jobqueue_keywords
from ..state.jobs import JobTable
from ..state.slurm_watch import NoWatch, SlurmWatch, Watch
from .base import JobCluster, security_from
from .events import BackendEvents
from .local_cluster import LocalCluster
from .srun_here import SrunHere
from .submitter import Submitter
from .worker_archive import worker_archive


@dataclass
class Backend:
    """Where the jobs of a cluster run, and what one of them is.

    Attributes
    ----------
    options : dict
        The effective ones.
    events : BackendEvents
        What the cluster object finds out by itself.
    watch : Watch
        How else to learn what became of jobs.
    notes : tuple of str
        What of files is taken for something else, or left out, in sentences.
    """

    cluster: JobCluster
    job_table: JobTable
    size: JobSize
    options: dict[str, Any]
    events: BackendEvents
    watch: Watch
    notes: tuple[str, ...] = ()


def make_backend(spec: LaunchSpec) -> Backend:
    """Return the backend that `spec` asks for; nothing is started yet."""
    found = effective(spec)
    size = job_size(found.options)
    job_table = JobTable(spec.cluster_id, size.processes, size.nodes)
    make = _local if spec.backend == "local" else _slurm
    return make(spec, found, size, job_table)


def _local(spec: LaunchSpec, found: Effective, size: JobSize, job_table: JobTable) -> Backend:
    options = found.options
    events = BackendEvents()
    cluster = LocalCluster(
        own_directory=_local_directory(spec, found),
        job_table=job_table,
        size=size,
        security=security_from(spec.credentials),
        events=events,
        interface=options["interface"],
        scheduler_options=options["scheduler_options"],
    )
    return Backend(cluster, job_table, size, options, events, NoWatch(), found.notes)


def _local_directory(spec: LaunchSpec, found: Effective) -> Path:
    """Return a new directory for workers on this host: where the user wants it, else in the controller's.

    Raises
    ------
    Unprocessable
        Where others could take it over.
    """
    wanted = found.options["local_directory"]
    if not wanted:
        return Path(tempfile.mkdtemp(prefix="workers-"))
    place = local_place(wanted)
    reasons: list[str] = []
    try:
        return make_own_directory(f"{PREFIX}{spec.cluster_id}-", [place], reasons.append)
    except OSError as error:
        why = reasons[0] if reasons else str(error)
        if found.place_of:
            raise Unprocessable(f"{found.place_of} cannot be used. {why}") from error
        raise Unprocessable(why, field="options.local_directory") from error


def _slurm(spec: LaunchSpec, found: Effective, size: JobSize, job_table: JobTable) -> Backend:
    # dask-jobqueue need not be installed where only the local backend is used.
    from .slurm_cluster import SlurmCluster

    options = found.options
    events = BackendEvents()
    archive = spec.on_disk.worker_archive
    write_private(archive, worker_archive())
    # One that has its nodes already sends nothing.
    kind = SrunHere if options["one_allocation"] else Submitter
    sender = kind(job_table, spec.on_disk, _made_for_logs(spec, options), events)
    sender.take_over()
    cluster = SlurmCluster(
        archive=archive,
        job_table=job_table,
        submitter=sender,
        security=security_from(spec.credentials),
        **jobqueue_keywords(options, spec.cluster_id, found.shebang),
    )
    watch = SlurmWatch(job_table, lambda: cluster.scheduler.aliases)
    return Backend(cluster, job_table, size, options, events, watch, found.notes)


def _made_for_logs(spec: LaunchSpec, options: dict[str, Any]) -> Path:
    """Return where Slurm writes the jobs' output; it exists afterwards, for Slurm does not make it."""
    asked = options["log_directory"]
    logs = spec.on_disk.logs(asked)
    if not asked:
        return make_private_directory(logs)
    with storage_errors(logs, "make the log directory"):
        logs.mkdir(parents=True, exist_ok=True)
    return logs
