"""Controller and workers in one Slurm job: its size, what speaks against it, and its lines for sbatch.

The job is made for the controller, or is there already, and this host is in it (``controller_placement`` is
``here`` then). Its nodes are those of one job of the cluster, whose script the controller runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from ..protocol.errors import InvalidRequest, Unprocessable
from ..protocol.models import LaunchSpec
from ..protocol.scaling import DEFAULT_SCALING, known_nodes, whole_number
from ..slurm.address.allocation_here import allocation_here
from ..slurm.address.variables import own_token
from .resolve import ClusterSpec

_OPTION = "options.one_allocation"
_SHARED = ("partition", "walltime", "memory", "cores")


def with_its_size(spec: ClusterSpec) -> ClusterSpec:
    """Return what is asked for, as one job of as many nodes as all jobs together would have.

    Raises
    ------
    InvalidRequest
        Where it is to have a size that changes, or none.
    """
    if not spec.options.get("one_allocation"):
        return spec
    scaling = spec.scaling or DEFAULT_SCALING
    if "jobs" not in scaling:
        raise InvalidRequest(
            "One allocation has a fixed number of nodes: give its size in jobs, of nodes_per_job each.",
            field="scaling",
        )
    jobs = whole_number(scaling["jobs"], "scaling.jobs")
    if jobs == 0:
        raise InvalidRequest("One allocation has one node or more: jobs must not be 0.", field="scaling.jobs")
    # Nothing can take the place of what ends: all or nothing.
    options = {**spec.options, "nodes_per_job": jobs * known_nodes(spec.options), "keep_jobs": False}
    return replace(spec, options=options, scaling={"mode": "manual", "jobs": 1})


def refusals_of_one_allocation(spec: LaunchSpec) -> Iterator[Unprocessable]:
    """Yield what keeps a cluster from being in one allocation."""
    if not spec.options.get("one_allocation"):
        return
    if spec.backend != "slurm":
        yield Unprocessable("Only a cluster on Slurm can be in one allocation.", field=_OPTION)
    if spec.placement == "here" and allocation_here(os.environ) is None:
        yield Unprocessable(
            "This host is in no Slurm job of which a cluster could have the nodes: let it make one of its "
            "own (controller_placement job).", field="options.controller_placement",
        )  # fmt: skip
    if own_token() is not None:
        yield Unprocessable(
            "Slurm knows you here by a token (SLURM_JWT), which jobs do not get: nothing in the allocation "
            "could start its workers.", field=_OPTION,
        )  # fmt: skip
    for name in _SHARED:
        if spec.options.get(f"controller_{name}") is not None:
            yield Unprocessable(
                f"In one allocation the controller shares the job of the workers: set {name} alone.",
                field=f"options.controller_{name}",
            )


def directives_of(script: str) -> tuple[str, list[str]]:
    """Return the first line of a job's script, and the lines by which it asks sbatch for its nodes."""
    first, _, rest = script.partition("\n")
    return first, [line for line in rest.splitlines() if line.startswith("#SBATCH")]
