"""Options against what this Slurm and this machine offer: pure functions over `models.Site`.

They refuse what Slurm would refuse, or accept and then never start, and say what is possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..protocol.directory import log_directory
from ..protocol.errors import SiteRefuses
from ..protocol.memory_size import format_memory, parse_memory
from ..protocol.models import Partition, Site
from ..protocol.scaling import known_nodes
from ..slurm.rows import count_gpus
from ..slurm.units import format_walltime, most_to_ask, parse_walltime
from ..system.places import is_folder
from .accounts import refusals_of_accounts
from .resources import refusals_of_resources
from .sentences import listed, where


def refusals_of_site(options: Mapping[str, Any], site: Site) -> Iterator[SiteRefuses]:
    """Yield all that is wrong with the options of a Slurm cluster: the field, and what is possible."""
    yield from refusals_of_machine(options, site)
    yield from _partition(options, site)
    partitions = possible_partitions(options, site)
    yield from refusals_of_accounts(options, site, partitions)
    yield from refusals_of_resources(options, site, partitions)
    if partitions:
        yield from _walltime(options, partitions)
        yield from _nodes(options, partitions)
        if not any(partition.hidden_nodes for partition in partitions):  # what those have, nobody knows
            yield from _node_size(options, partitions)
            yield from _gpus(options, partitions)


def refusals_of_machine(options: Mapping[str, Any], site: Site) -> Iterator[SiteRefuses]:
    """Yield what is wrong on this machine, whatever the backend."""
    yield from _interface("options.scheduler_interface", options.get("scheduler_interface"), site)
    if not options.get("scheduler_interface"):
        yield from _interface("options.interface", options.get("interface"), site)
    scheduler = options.get("scheduler_options") or {}
    yield from _interface("options.scheduler_options.interface", scheduler.get("interface"), site)
    logs = options.get("log_directory")
    if logs and not is_folder(log_directory(logs)):
        yield SiteRefuses(f"There is no directory {logs}.", field="options.log_directory")


def possible_partitions(options: Mapping[str, Any], site: Site) -> list[Partition]:
    """Return the partitions that the jobs may run in: those named, or Slurm's default one."""
    names = (options.get("partition") or "").split(",")
    return [
        partition
        for partition in site.partitions
        if partition.allowed and (partition.name in names or (partition.default and names == [""]))
    ]


def _partition(options: Mapping[str, Any], site: Site) -> Iterator[SiteRefuses]:
    by_name = {partition.name: partition for partition in site.partitions}
    there_are = listed(partition.name for partition in site.partitions if partition.allowed)
    usual = [partition.name for partition in site.partitions if partition.default]
    for name in options["partition"].split(",") if options.get("partition") else usual:
        if by_name and name not in by_name:
            yield SiteRefuses(
                f'Partition "{name}" does not exist here. There are: {there_are}.', field="options.partition"
            )
        elif by_name and not by_name[name].allowed:
            why = by_name[name].why_closed or "it takes other users than you"
            yield SiteRefuses(
                f'Partition "{name}" is not open to you: {why}. You can use: {there_are}.',
                field="options.partition",
            )


def _walltime(options: Mapping[str, Any], partitions: list[Partition]) -> Iterator[SiteRefuses]:
    if not options.get("walltime"):
        return
    seconds = parse_walltime(options["walltime"])
    limits = [partition.max_walltime_s for partition in partitions]
    if None in limits:
        return
    longest = max(limit for limit in limits if limit is not None)
    if seconds is None or seconds > longest:
        yield SiteRefuses(
            f"A walltime of {options['walltime']} is over the limit of {where(partitions)}, which is "
            f"{format_walltime(longest)}.",
            field="options.walltime",
        )


def _nodes(options: Mapping[str, Any], partitions: list[Partition]) -> Iterator[SiteRefuses]:
    nodes = known_nodes(options)
    most = max(min(partition.nodes, partition.max_nodes or partition.nodes) for partition in partitions)
    if nodes > most > 0:
        yield SiteRefuses(
            f"A job of {nodes} nodes is more than {where(partitions)} gives one job: {most} at most.",
            field="options.nodes_per_job",
        )


def _node_size(options: Mapping[str, Any], partitions: list[Partition]) -> Iterator[SiteRefuses]:
    several = known_nodes(options) > 1
    on_each, a_node = (" on each node" if several else ""), f"a node of {where(partitions)}"
    largest = max(partition.cpus_per_node for partition in partitions)
    cores = options.get("cores")
    if cores and largest and cores > largest:
        take = "more nodes per job" if several else "several nodes per job"
        yield SiteRefuses(
            f"A job of {cores} cores{on_each} is more than {a_node} has: {largest} at most. Take {take}, or "
            "more jobs.",
            field="options.job_cpu" if options.get("job_cpu") else "options.cores",
        )
    most = max(partition.memory_per_node_bytes for partition in partitions)
    memory, booked = options.get("memory"), options.get("job_mem")
    if memory and most and parse_memory(options.get("memory_in_script") or memory) > most:
        at_most = f"{most // 2**20}M" if booked else format_memory(most_to_ask(most))
        yield SiteRefuses(
            f"A job of {booked or memory}{on_each} is more than {a_node} has: {at_most} at most.",
            field="options.job_mem" if booked else "options.memory",
        )


def _gpus(options: Mapping[str, Any], partitions: list[Partition]) -> Iterator[SiteRefuses]:
    most = max(partition.gpus_per_node or 0 for partition in partitions)
    has = f"has {most} in a node at most" if most else "has none"
    for option, wanted in (
        ("gpus", options.get("gpus") or 0),
        ("gres", count_gpus(options.get("gres") or "")),
    ):
        if wanted > most:
            yield SiteRefuses(
                f"{wanted} GPUs per job are not possible: {where(partitions)} {has}.",
                field=f"options.{option}",
            )


def _interface(field: str, name: str | None, site: Site) -> Iterator[SiteRefuses]:
    names = [interface.name for interface in site.interfaces]
    if name and names and name not in names:
        yield SiteRefuses(
            f'This machine has no network interface "{name}". There are: {listed(names)}.', field=field
        )
