"""The allocation that this process is in: the Slurm job of a batch script, or of a shell of salloc. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CPUS = re.compile(r"(\d+)(?:\(x\d+\))?")


@dataclass(frozen=True)
class AllocationHere:
    """The Slurm job that this process is in: its nodes, and what it has on them.

    Attributes
    ----------
    number : str
        Its number, which srun takes.
    name : str
        What squeue calls it: something else in a job array.
    cpus_per_node : int or None
        Those of the node that has fewest.
    """

    number: str
    name: str
    cpus_per_node: int | None = None


def allocation_here(environ: Mapping[str, str]) -> AllocationHere | None:
    """Return the allocation that set these variables (sbatch(1), salloc(1)).

    >>> allocation_here({"SLURM_JOB_ID": "17", "SLURM_JOB_CPUS_PER_NODE": "8(x2),4"})
    AllocationHere(number='17', name='17', cpus_per_node=4)
    """
    number = environ.get("SLURM_JOB_ID", "")
    if not number.isdigit():
        return None
    array, task = environ.get("SLURM_ARRAY_JOB_ID"), environ.get("SLURM_ARRAY_TASK_ID")
    cpus = [int(found[1]) for found in _CPUS.finditer(environ.get("SLURM_JOB_CPUS_PER_NODE", ""))]
    return AllocationHere(number, f"{array}_{task}" if array and task else number, min(cpus, default=None))
