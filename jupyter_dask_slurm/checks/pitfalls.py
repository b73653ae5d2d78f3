"""What is allowed and yet seldom meant: sentences for the preview."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ..protocol.models import Site
from ..protocol.scaling import known_nodes
from ..slurm.installation.hostlist import expand
from ..slurm.script.gpu_workers import gpus_of, is_cuda
from ..slurm.script.python_words import doubt
from ..slurm.units import parse_walltime
from ..system.mounts import network_file_system
from .site import possible_partitions

SMALL_WORKER_BYTES = 500_000_000
MANY_THREADS = 16
SHORT_S = 300


def pitfalls(rendering: Mapping[str, Any], asked: Mapping[str, Any], site: Site) -> Iterator[str]:
    """Yield a sentence for each; blocks on the disk.

    Parameters
    ----------
    rendering : mapping
        What `controller.render.render.render` found.
    asked : mapping
        The options that the user gave.
    """
    options = rendering["options"]
    yield from _workers(rendering)
    yield from _more_than_booked(rendering)
    yield from _gpus(rendering)
    yield from _walltime(options, {*asked, *rendering["said"]})
    yield from _hyper_threading(options, site)
    yield from _local_directory(options)
    yield from filter(None, [doubt(options["python"])] if options.get("python") else [])
    yield from _placement(options, site)
    yield from _nodes_without_power(options, site)
    if not options.get("secure"):
        yield "Without encryption, anybody who reaches the scheduler's port can run code as you."
    if site.slurm.max_array_size and rendering["jobs"] > site.slurm.max_array_size:
        yield f"Slurm takes {site.slurm.max_array_size} jobs in one array here: there will be several."


def _workers(rendering: Mapping[str, Any]) -> Iterator[str]:
    processes, cores = rendering["processes"], rendering["cores"]
    threads, left = divmod(cores, processes)
    if left:
        yield (
            f"{cores} cores do not divide by {processes} workers: each gets {threads} threads, "
            f"and {left} of the cores have nothing to do."
        )
    each = rendering["memory_bytes"] // processes
    if each < SMALL_WORKER_BYTES:
        yield (
            f"Each worker has {each / 1e6:.0f} MB of the job's memory, of which Python and Dask need "
            "about 150: take fewer workers per job or more memory."
        )
    if threads > MANY_THREADS:
        yield (
            f"Each worker has {threads} threads. Code that holds Python's interpreter lock runs in one at "
            "a time: more workers per job with fewer threads may be faster."
        )


def _more_than_booked(rendering: Mapping[str, Any]) -> Iterator[str]:
    options, cores, cpus = rendering["options"], rendering["cores"], rendering["cpus"]
    if cores > cpus:
        yield (
            f"A job asks Slurm for {cpus} CPUs (job_cpu), and its workers have {cores} threads (cores): "
            "they share the CPUs."
        )
    if rendering["memory_bytes"] > rendering["booked_bytes"]:
        yield (
            f"A job asks Slurm for {options['job_mem']} of memory (job_mem), and its workers are told that "
            f"they have {options['memory']} (memory): Slurm ends a job that takes more than it asked for."
        )


def _nodes_without_power(options: Mapping[str, Any], site: Site) -> Iterator[str]:
    for partition in possible_partitions(options, site):
        if partition.hidden_nodes:
            yield (
                f"{partition.hidden_nodes} of the {partition.nodes} nodes of partition {partition.name} come "
                "up on demand, which takes minutes. Slurm does not say what they have until then, so that "
                "nothing here is judged against them: what does not fit, Slurm refuses after the start."
            )


def _gpus(rendering: Mapping[str, Any]) -> Iterator[str]:
    options = rendering["options"]
    gpus, cuda = gpus_of(options), is_cuda(options.get("worker_command"))
    if gpus > 1 and not cuda:
        yield (
            f"Every worker of a job sees all of its {gpus} GPUs. For one each, switch on One worker per GPU, "
            "or take one GPU and one worker per job."
        )
    elif cuda and not gpus:
        yield (
            "dask-cuda starts a worker for each GPU that a job sees, and how many those are is not known "
            f"here: jobs count as started with {rendering['processes']}. Say how many GPUs one job has."
        )


def _walltime(options: Mapping[str, Any], chosen: Collection[str]) -> Iterator[str]:
    walltime = options.get("walltime")
    if walltime and "walltime" in chosen and 0 < (parse_walltime(walltime) or 0) < SHORT_S:
        yield f"Jobs of {walltime} spend much of their time with starting."


def _hyper_threading(options: Mapping[str, Any], site: Site) -> Iterator[str]:
    partitions = possible_partitions(options, site)
    if options.get("threads_per_core") == 1 and partitions:
        yield (
            "With one thread for each core, Slurm counts whole cores: where nodes have two threads a core, "
            "a job takes twice the CPUs that are named here."
        )


def _local_directory(options: Mapping[str, Any]) -> Iterator[str]:
    directory = options.get("local_directory")
    if directory and network_file_system(os.path.expandvars(directory)):
        yield (
            f"{directory} is on a shared file system here. Workers spill there what does not fit in memory: "
            "a disk of the node is faster, and kinder to the others."
        )


def _placement(options: Mapping[str, Any], site: Site) -> Iterator[str]:
    nodelist = options.get("nodelist") or ""
    with suppress(ValueError):
        # Slurm takes "these nodes" for "all of them", and for a job on one node leaves the first (tried).
        wanted = known_nodes(options)
        if len(nodes := expand(nodelist)) > wanted == 1:
            yield f"A job runs on one node: of {nodelist} Slurm takes {nodes[0]} for every job."
    for reservation in site.reservations or ():
        if reservation.name == options.get("reservation") and not reservation.active:
            yield (
                f"Reservation {reservation.name} begins at {reservation.starts_at}; until then the jobs wait."
            )
