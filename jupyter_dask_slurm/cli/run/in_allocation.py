"""A run inside an allocation that its user has made: its cluster has these nodes, nothing is submitted."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ...protocol.errors import InvalidRequest, SlurmAmbiguous, WrongState
from ...protocol.scaling import DEFAULT_SCALING
from ...slurm import queue, second_source
from ...slurm.address.allocation_here import AllocationHere, allocation_here
from ...slurm.installation.hostlist import expand
from ...slurm.rows import JobRow
from ...slurm.units import format_walltime

FOR_WORKERS = 0.9
"""That part of the memory is the workers': on one node it is the scheduler's and the script's too."""


_FOR_SBATCH = ("job_cpu", "job_mem")
"""What sbatch is asked for in place of the workers' size: of nodes that are there, nothing is asked."""


async def allocation_of(
    arguments: argparse.Namespace, say: Callable[[str], None]
) -> tuple[AllocationHere, JobRow] | None:
    """Return the allocation that a run is to use; None where it makes jobs of its own.

    Parameters
    ----------
    say : callable
        Is told why it is not used, where that is not what was asked for.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        Nothing is known of the allocation.
    WrongState
        It is there, and gives no nodes now.
    """
    found = allocation_here(os.environ)
    elsewhere = arguments.backend == "local" or arguments.option_controller_placement == "job"
    if found is None or arguments.jobs is not None or elsewhere:
        return None
    row = (await queue.jobs([found.name])).get(found.name)
    if row is None:
        # Two answers, for who is wrong here waits in the queue with nodes at hand.
        if await second_source.still_there([found.name]):
            error = queue.contradiction([found.name])
            raise SlurmAmbiguous(
                f"{error.message} If this shell is not in job {found.name} (SLURM_JOB_ID), unset that "
                "variable or run it with --jobs.",
                details=error.details,
            )
        # What a shell has kept of a job that is over is no allocation.
        say(f"Slurm has no job {found.name} any more (SLURM_JOB_ID): the cluster gets jobs of its own.")
        return None
    if row.state != "RUNNING":
        raise WrongState(
            f"The allocation {found.name} gives no nodes: it is {row.state}. Run it again when it runs, or "
            "with --jobs for jobs beside it."
        )
    return found, row


@dataclass(frozen=True)
class Fitted:
    """A request for the nodes of an allocation.

    `given` are options that say what these are, and that nobody has chosen; `emptied` those for which nothing
    counts.
    """

    body: dict[str, Any]
    given: Collection[str] = ()
    emptied: Collection[str] = ()


def in_allocation(body: Mapping[str, Any], found: AllocationHere, row: JobRow, nodes: int | None) -> Fitted:
    """Return a request for the nodes of an allocation.

    Parameters
    ----------
    nodes : int, optional
        So many of them, by default all.

    Raises
    ------
    InvalidRequest
        Where it has not so many.
    """
    there_are = len(expand(row.node or "")) or 1
    if (nodes or 0) > there_are:
        raise InvalidRequest(
            f"The allocation {found.name} has {there_are} nodes, not {nodes}: take all or fewer, or "
            "--jobs for jobs beside it.", field="options.nodes_per_job",
        )  # fmt: skip
    own = {
        "cores": found.cpus_per_node or max(1, row.cores // there_are),
        "memory": f"{int(row.memory_bytes / there_are * FOR_WORKERS) // 2**20} MiB"
        if row.memory_bytes
        else None,
        "partition": row.partition,
        "account": os.environ.get("SLURM_JOB_ACCOUNT"),
        "walltime": format_walltime(row.walltime_s) if row.walltime_s is not None else None,
    }
    asked = body.get("options", {})
    options = {
        **{name: value for name, value in own.items() if value is not None},
        **asked,
        "one_allocation": True,
        "controller_placement": "here",
        "nodes_per_job": nodes or there_are,
    }
    no_limit = ["walltime"] if row.walltime_s is None else []
    emptied = [name for name in (*_FOR_SBATCH, *no_limit) if name not in asked]
    # A profile's size is that of other clusters.
    asked_body = {**body, "options": options, "scaling": DEFAULT_SCALING}
    chosen = {*asked, *(["nodes_per_job"] if nodes else [])}
    return Fitted(asked_body, options.keys() - chosen, emptied)
