"""Options against what this Slurm and this machine offer: pure functions over `models.Site`.

They refuse what Slurm would refuse, or accept and then never start, and say what is possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .errors import SiteRefuses
from .models import Partition, Site
from .slurm.units import format_walltime, parse_memory, parse_walltime


def check_against_site(options: Mapping[str, Any], site: Site) -> None:
    """Check the options of a Slurm cluster.

    Raises
    ------
    SiteRefuses
        With the field, and what is possible.
    """
    check_against_machine(options, site)
    partitions = _partitions(options, site)
    _account(options, site)
    if partitions:
        _walltime(options, partitions)
        _node_size(options, partitions)
        _gpus(options, partitions)


def check_against_machine(options: Mapping[str, Any], site: Site) -> None:
    """Check what concerns this machine, whatever the backend."""
    _interface("options.scheduler_interface", options.get("scheduler_interface"), site)
    if not options.get("scheduler_interface"):
        _interface("options.interface", options.get("interface"), site)
    scheduler = options.get("scheduler_options") or {}
    _interface("options.scheduler_options.interface", scheduler.get("interface"), site)
    log_directory = options.get("log_directory")
    if log_directory and not Path(log_directory).is_dir():
        raise SiteRefuses(f"There is no directory {log_directory}.", field="options.log_directory")


def _partitions(options: Mapping[str, Any], site: Site) -> list[Partition]:
    """Return the partitions that the jobs may run in; none where that is not known."""
    allowed = [partition for partition in site.partitions if partition.allowed]
    if not site.partitions:
        return []
    if not options.get("partition"):
        return [partition for partition in allowed if partition.default]
    by_name = {partition.name: partition for partition in site.partitions}
    there_are = _listed(partition.name for partition in allowed)
    chosen = []
    for name in options["partition"].split(","):
        if name not in by_name:
            raise SiteRefuses(
                f'Partition "{name}" does not exist here. There are: {there_are}.', field="options.partition"
            )
        if not by_name[name].allowed:
            raise SiteRefuses(
                f'Partition "{name}" is not open to you (its state is {by_name[name].state}). '
                f"You can use: {there_are}.",
                field="options.partition",
            )
        chosen.append(by_name[name])
    return chosen


def _account(options: Mapping[str, Any], site: Site) -> None:
    account, qos = options.get("account"), options.get("qos")
    names = [found.name for found in site.accounts]
    if account and names and account not in names:
        raise SiteRefuses(
            f'Account "{account}" is not one of yours. You can use: {_listed(names)}.',
            field="options.account",
        )
    levels = [found.name for found in site.qos]
    if qos and levels and qos not in levels:
        raise SiteRefuses(
            f'QoS "{qos}" does not exist here. There are: {_listed(levels)}.', field="options.qos"
        )


def _walltime(options: Mapping[str, Any], partitions: list[Partition]) -> None:
    if not options.get("walltime"):
        return
    seconds = parse_walltime(options["walltime"])
    limits = [partition.max_walltime_s for partition in partitions]
    if None in limits:
        return
    longest = max(limit for limit in limits if limit is not None)
    if seconds is None or seconds > longest:
        raise SiteRefuses(
            f"A walltime of {options['walltime']} is over the limit of {_where(partitions)}, which is "
            f"{format_walltime(longest)}.",
            field="options.walltime",
        )


def _node_size(options: Mapping[str, Any], partitions: list[Partition]) -> None:
    largest = max(partition.cpus_per_node for partition in partitions)
    cores = options.get("cores")
    if cores and largest and cores > largest:
        raise SiteRefuses(
            f"A job of {cores} cores is more than a node of {_where(partitions)} has: {largest} at most. "
            "A job runs on one node; take several jobs.",
            field="options.cores",
        )
    most = max(partition.memory_per_node_bytes for partition in partitions)
    memory = options.get("memory")
    if memory and most and parse_memory(memory) > most:
        raise SiteRefuses(
            f"A job of {memory} is more than a node of {_where(partitions)} has: "
            f"{most / 1e9:.4g} GB at most.",
            field="options.memory",
        )


def _gpus(options: Mapping[str, Any], partitions: list[Partition]) -> None:
    wanted = options.get("gpus") or 0
    most = max(partition.gpus_per_node for partition in partitions)
    if wanted > most:
        has = f"has {most} in a node at most" if most else "has none"
        raise SiteRefuses(
            f"{wanted} GPUs per job are not possible: {_where(partitions)} {has}.", field="options.gpus"
        )


def _interface(field: str, name: str | None, site: Site) -> None:
    names = [interface.name for interface in site.interfaces]
    if name and names and name not in names:
        raise SiteRefuses(
            f'This machine has no network interface "{name}". There are: {_listed(names)}.', field=field
        )


def _where(partitions: list[Partition]) -> str:
    return f"partition {' or '.join(partition.name for partition in partitions)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
