"""Jobs of several nodes: what they ask Slurm for, and how the worker command is started on each node. Pure.

A job's script runs on its first node alone (sbatch(1)); srun starts one task on each, in a step of its own.
What could make that step smaller than the job, or end it early, is said in so many words: the site, or a
variable of the user's environment, might say otherwise (srun(1), INPUT ENVIRONMENT VARIABLES).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ...protocol.scaling import known_nodes

_ONE_TASK = "#SBATCH -n 1"
"""dask-jobqueue's own line, with which Slurm would give a job one node."""

NODE = "SLURM_NODEID"
"""Variable of a task: the number of its node within the job, from 0."""


def directives(options: Mapping[str, Any]) -> list[str]:
    """Return the directives that ask for several nodes. They come last: of two sbatch takes the last."""
    nodes = known_nodes(options)
    return [f"--nodes={nodes}", "--ntasks-per-node=1"] if nodes > 1 else []


def skipped(options: Mapping[str, Any]) -> list[str]:
    """Return the lines of dask-jobqueue's header that speak of one node."""
    return [_ONE_TASK] if known_nodes(options) > 1 else []


def srun(nodes: int, cpus: int | None = None) -> str:
    """Return the command, as a script has it, that starts one task on each node of a job.

    Since 22.05 srun asks for one CPU, whatever the job has for its tasks. Without ``--wait`` and
    ``--kill-on-bad-exit`` a site may have all workers end with the first one.

    Parameters
    ----------
    cpus : int, optional
        Of each task, in an allocation that was not made for it: then all is said that else the job says, and
        whatever runs there already takes nothing away.
    """
    steady = "--export=ALL --mpi=none --kill-on-bad-exit=0 --wait=0 --label"
    if cpus is not None:
        job = "--jobid=$SLURM_JOB_ID --overlap --mem=0"
        return (
            f"srun {job} --nodes={nodes} --ntasks={nodes} --ntasks-per-node=1 --cpus-per-task={cpus} {steady}"
        )
    from_job = "${SLURM_CPUS_PER_TASK:+--cpus-per-task=$SLURM_CPUS_PER_TASK}"
    return f"srun --nodes={nodes} --ntasks-per-node=1 {from_job} {steady}"


def exported(keywords: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Return keywords with which dask-jobqueue alone starts workers on all nodes of a job.

    It knows one worker command a job. The name that each node appends counts, as the last one of two: Dask's
    scheduler refuses a second worker of the same name.
    """
    nodes = known_nodes(options)
    if nodes == 1:
        return dict(keywords)
    python = keywords.get("python") or "python"
    each = f'exec {python} "$@" --name "$SLURM_JOB_ID-${NODE}"'
    return {**keywords, "python": f"{srun(nodes)} bash -c {shlex.quote(each)} python"}
