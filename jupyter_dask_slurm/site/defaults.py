"""What holds where neither a user nor Dask's configuration says anything: what this site has and allows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ..checks.site import possible_partitions
from ..protocol.memory_size import format_memory, parse_memory
from ..protocol.models import Backend, Partition, Site
from ..slurm.script.option_table import USUAL
from ..slurm.units import format_walltime, most_to_ask, parse_walltime


def defaults_for(
    backend: Backend,
    options: Mapping[str, Any],
    site: Site,
    interface: str | None = None,
    allowed_partitions: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the defaults for a cluster of these options.

    They are those of the environment (``SBATCH_ACCOUNT`` and its like), sizes as usual, or as much as a
    job can have in the partitions where it may run, and the interface by which nodes reach this host.

    Parameters
    ----------
    interface : str, optional
        What the last check of the interfaces chose.
    allowed_partitions : sequence of str
        Those that the administrator allows, none where all: Slurm's default one might not be among them.
    """
    if backend == "local":
        return {}
    # Here and not above: pydantic is not loaded before the first request.
    from .sbatch_defaults import sbatch_defaults

    named = sbatch_defaults(os.environ)
    if allowed_partitions and named.get("partition") not in allowed_partitions:
        named["partition"] = allowed_partitions[0]
    found = {**_sizes(possible_partitions({**named, **options}, site)), **named}
    # The scheduler's: nodes may call the same network by another name.
    return {**found, "scheduler_interface": interface} if interface else found


def _sizes(partitions: list[Partition]) -> dict[str, Any]:
    """Return those usual sizes that are too large for all of these partitions, made to fit.

    >>> from jupyter_dask_slurm.protocol.models import Partition
    >>> short = Partition("short", False, "UP", 600, None, 1, 2, 4 * 2**30, 0, None, (), 2, True)
    >>> _sizes([short])
    {'walltime': '00:10:00', 'cores': 2, 'memory': '4.2 GB'}
    """
    fitting: dict[str, Any] = {}
    if not partitions:
        return fitting
    limits = [partition.max_walltime_s for partition in partitions]
    longest = None if None in limits else max(limit for limit in limits if limit is not None)
    if longest is not None and longest < (parse_walltime(USUAL["walltime"]) or 0):
        fitting["walltime"] = format_walltime(longest)
    cores = max(partition.cpus_per_node for partition in partitions)
    if 0 < cores < USUAL["cores"]:
        fitting["cores"] = cores
    memory = max(partition.memory_per_node_bytes for partition in partitions)
    if 0 < memory < parse_memory(USUAL["memory"]):
        fitting["memory"] = format_memory(most_to_ask(memory))
    return fitting
