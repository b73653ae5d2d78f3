"""Workers and GPUs: how many GPUs a job asks for, and whether dask-cuda gives each a worker of its own. Pure.

dask-cuda's worker command starts one worker for each GPU that its job sees, named ``X-0``, ``X-1`` … (one
alone is ``X``), and gives each the whole of ``--nthreads`` and ``--memory-limit``: so a job has to be cut
into as many workers as it has GPUs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..rows import count_gpus
from .directive_settings import settings_in

SHARED = "shared"
ONE_PER_GPU = "one_per_gpu"
USUAL_COMMAND = "distributed.cli.dask_worker"
CUDA_COMMAND = "dask_cuda.cli"

NOT_OF_CUDA = frozenset({
    "--lifetime", "--lifetime-restart", "--lifetime-stagger", "--nanny", "--nanny-port",
    "--no-lifetime-restart", "--no-nanny", "--nworkers", "--preload-nanny", "--scheduler-sni",
})  # fmt: skip
"""Arguments of ``dask worker`` that dask-cuda's command ends at (dask-cuda 26.10)."""


def is_cuda(command: object) -> bool:
    """Return whether a worker command is dask-cuda's."""
    return str(command).partition(".")[0] == "dask_cuda"


def gpus_of(options: Mapping[str, Any]) -> int:
    """Return how many GPUs one job of these options asks Slurm for, in whatever way.

    >>> gpus_of({"gpus": 1, "gres": "gpu:a100:2,disk:10"})
    3
    >>> gpus_of({"job_extra_directives": ["-G 4"]})
    4
    """
    said = settings_in(map(str, options.get("job_extra_directives") or ()))
    # Of two --gres sbatch takes the last, and ours come first.
    generic = count_gpus(str(said["gres"])) if "gres" in said else None
    own = (options.get("gpus") or 0) + count_gpus(str(options.get("gres") or ""))
    return max(own if generic is None else generic, said.get("gpus") or 0)
