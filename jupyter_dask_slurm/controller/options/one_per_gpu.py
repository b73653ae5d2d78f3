"""The switch "One worker per GPU", and what of dask-cuda's command follows for a job's other options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...protocol.errors import InvalidRequest
from ...slurm.script.gpu_workers import (
    CUDA_COMMAND,
    NOT_OF_CUDA,
    ONE_PER_GPU,
    SHARED,
    USUAL_COMMAND,
    gpus_of,
    is_cuda,
)


def settle_gpu_workers(options: dict[str, Any], asked: Mapping[str, Any], *, slurm: bool) -> None:
    """Have worker command and workers of (effective) options go together with their GPUs.

    Where a configuration names dask-cuda's command, it means one worker per GPU, whatever `processes` says.

    Parameters
    ----------
    asked : mapping
        What a request or its profile says: there a contradiction is refused. What they do not say follows.
    slurm : bool
        Whether the jobs run in Slurm.

    Raises
    ------
    InvalidRequest
    """
    if asked.get("gpu_workers") == ONE_PER_GPU:
        _check(options, asked, slurm=slurm)
        if not is_cuda(options["worker_command"]):
            options["worker_command"] = CUDA_COMMAND
    elif asked.get("gpu_workers") == SHARED:
        if is_cuda(asked.get("worker_command")):
            raise InvalidRequest(
                f"The worker command {asked['worker_command']} starts one worker per GPU, and gpu_workers is "
                "shared: leave one of them out.",
                field="options.gpu_workers",
            )
        if is_cuda(options["worker_command"]):
            options["worker_command"] = USUAL_COMMAND
    if slurm and is_cuda(options["worker_command"]):
        _as_cuda_does(options)


def _check(options: Mapping[str, Any], asked: Mapping[str, Any], *, slurm: bool) -> None:
    gpus = gpus_of(options)
    command, processes = asked.get("worker_command"), asked.get("processes")
    if not slurm:
        raise InvalidRequest(
            "One worker per GPU is for jobs in Slurm, which gives each job GPUs of its own.",
            field="options.gpu_workers",
        )
    if command is not None and not is_cuda(command):
        raise InvalidRequest(
            f"One worker per GPU runs dask-cuda's worker command, {CUDA_COMMAND}, and not {command}: leave "
            "the worker command out.",
            field="options.worker_command",
        )
    if not gpus:
        raise InvalidRequest(
            "One worker per GPU needs GPUs: say how many one job has (GPUs per job).",
            field="options.gpu_workers",
        )
    if processes is not None and processes != gpus:
        raise InvalidRequest(
            f"With one worker per GPU a job of {gpus} {'GPU' if gpus == 1 else 'GPUs'} has {gpus} "
            f"{'worker' if gpus == 1 else 'workers'}, not {processes}: leave workers per job out.",
            field="options.processes",
        )


def _as_cuda_does(options: dict[str, Any]) -> None:
    gpus = gpus_of(options)
    if gpus:
        options["gpu_workers"], options["processes"] = ONE_PER_GPU, gpus
    else:
        # Where nodes have GPUs that Slurm knows nothing of: as many as the user says.
        options["processes"] = options["processes"] or 1
    if options["cores"] < options["processes"]:
        raise InvalidRequest(
            f"A job of {options['cores']} cores cannot be cut into {options['processes']} workers, one for "
            "each of its GPUs.",
            field="options.cores",
        )
    words = [word for text in options["worker_extra_args"] or () for word in str(text).split()]
    for word in words:
        if (flag := word.partition("=")[0]) in NOT_OF_CUDA:
            raise InvalidRequest(
                f"dask-cuda's worker command does not know {flag}: leave it out of the worker arguments.",
                field="options.worker_extra_args",
            )
