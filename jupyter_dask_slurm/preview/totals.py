"""What all jobs of a request come to. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..checks.allocation import Allocation
from ..slurm.script.gpu_workers import gpus_of
from .answer import Totals

# What each sum is made of, beside the number of jobs.
_MADE_OF = {
    "jobs": (),
    "workers": ("processes", "gpu_workers", "nodes_per_job"),
    "threads": ("processes", "gpu_workers", "cores", "nodes_per_job"),
    "memory_bytes": ("memory", "job_mem", "nodes_per_job"),
    "gpus": ("gpus", "gres", "nodes_per_job"),
    "core_hours_per_hour": ("cores", "job_cpu", "nodes_per_job", "controller_cores"),
}


def totals(
    rendering: Mapping[str, Any] | None,
    allocated: Allocation | None,
    malformed: Collection[str | None],
    *,
    controller_cores: int = 0,
) -> Totals:
    """Return what all jobs come to, at most where their number is adaptive; None where that is not known.

    Parameters
    ----------
    controller_cores : int, optional
        Those of the controller's own job, which hold nodes too.
    """
    if rendering is None or allocated is None:
        return Totals()
    jobs, processes, cores = rendering["most_jobs"], rendering["processes"], rendering["cores"]
    nodes = jobs * rendering["nodes"]
    sums = {
        "jobs": jobs,
        "workers": nodes * processes,
        "threads": nodes * processes * (cores // processes),
        "memory_bytes": nodes * rendering["booked_bytes"],
        "gpus": nodes * gpus_of(rendering["options"]),
        "core_hours_per_hour": jobs * allocated.cpus + controller_cores,
    }
    wrong = {str(name).removeprefix("options.") for name in malformed}
    if any(name.startswith("scaling") for name in wrong):
        return Totals()
    return Totals(**{name: n for name, n in sums.items() if not wrong.intersection(_MADE_OF[name])})
