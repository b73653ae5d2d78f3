"""What a cluster would send to Slurm: effective options, script and command. Nothing is sent or made.

The objects are those that send: the script is dask-jobqueue's by way of `backend.slurm_cluster.SlurmCluster`,
the command `backend.submit.Submitter`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from ...protocol.errors import Unprocessable
from ...protocol.models import LaunchSpec
from ...protocol.scaling import JobSize, first_jobs, most_jobs, resolve_scaling
from ...protocol.tags import tag_of
from ...slurm.address.which_cluster import on_cluster
from ...slurm.script.gpu_workers import ONE_PER_GPU
from ...slurm.submission import sbatch_command
from ...slurm.units import parse_slurm_memory
from ..backend.base import security_from
from ..backend.events import BackendEvents
from ..backend.submitter import Submitter, most_elements
from ..options.effective import Effective, effective, job_size
from ..options.keywords import jobqueue_keywords
from ..state.jobs import JobTable

SCHEDULER = "<address-of-the-scheduler>"
"""Stands in a rendered script where the address will be: it is known once the scheduler listens."""


async def render(spec: LaunchSpec) -> dict[str, Any]:
    """Return what the controller of `spec` would send to Slurm, as plain JSON values.

    Returns
    -------
    dict
        ``options``: the effective ones; ``script``, empty without Slurm; ``command``; ``jobs``: how many are
        submitted at once; ``most_jobs``: how many there may come to be; ``nodes`` of one job; ``processes``,
        ``cores`` and ``memory_bytes`` of the workers on each of them; ``cpus`` and ``booked_bytes`` that it
        asks Slurm for there; ``notes``: sentences about the configuration; ``said``: options that it decides.

    Raises
    ------
    InvalidRequest, Unprocessable
        Where the effective options do not go together, or this Python lacks the worker command.
    """
    found = effective(spec)
    options = found.options
    _check_worker_command(options, spec)
    size = job_size(options)
    scaling = resolve_scaling(spec.scaling, size)
    jobs = first_jobs(scaling)
    with on_cluster(options["slurm_cluster"]):
        script, command = ("", []) if spec.backend == "local" else _submission(spec, found, size, jobs)
    return {
        "options": options,
        "script": script,
        "command": command,
        "jobs": jobs,
        "most_jobs": most_jobs(scaling),
        "nodes": size.nodes,
        "processes": size.processes,
        "cores": size.cores,
        "cpus": size.cpus_of_node,
        "memory_bytes": size.memory_bytes,
        "booked_bytes": _booked_bytes(options, size),
        "notes": list(found.notes),
        "said": sorted(found.said),
    }


def _booked_bytes(options: Mapping[str, Any], size: JobSize) -> int:
    """Return the memory that a job asks for on each node; all of a node's is as much as workers are told."""
    booked = parse_slurm_memory(str(options["job_mem"]).removesuffix("B")) if options["job_mem"] else 0
    return booked or size.memory_bytes


def _check_worker_command(options: Mapping[str, Any], spec: LaunchSpec) -> None:
    """Refuse a worker command, such as dask-cuda's, that this Python lacks, if it is the workers'."""
    package = str(options["worker_command"] or "distributed").partition(".")[0]
    if options["python"] != spec.python or find_spec(package) is not None:
        return
    if spec.options.get("gpu_workers") == ONE_PER_GPU:
        raise Unprocessable(
            f"One worker per GPU needs dask-cuda, which {spec.python} has not. Install it there (for example "
            "as dask-cuda[cu12]), or choose another kernel.",
            field="options.gpu_workers",
        )
    raise Unprocessable(
        f"{spec.python} has no package {package}, which the worker command needs.",
        field="options.worker_command",
    )


def _submission(spec: LaunchSpec, found: Effective, size: JobSize, jobs: int) -> tuple[str, list[str]]:
    # dask-jobqueue need not be installed where only the local backend is used.
    from ..backend.slurm_cluster import SlurmCluster

    options = found.options
    job_table = JobTable(spec.cluster_id, size.processes, size.nodes)
    on_disk = spec.on_disk
    submitter = Submitter(job_table, on_disk, on_disk.logs(options["log_directory"]), BackendEvents())
    cluster = SlurmCluster(
        archive=on_disk.worker_archive,
        job_table=job_table,
        submitter=submitter,
        security=security_from(spec.credentials),
        **jobqueue_keywords(options, spec.cluster_id, found.shebang),
    )
    protocol = "tls" if spec.credentials else "tcp"
    script = cluster.first_job(f"{protocol}://{SCHEDULER}").array_script()
    # A cluster of no jobs sends this as soon as it is given one.
    first = max(1, jobs if spec.max_array_size is None else min(jobs, most_elements(spec.max_array_size)))
    return script, sbatch_command(submitter.options(tag_of(spec.cluster_id, 0), first))
