"""Into how many workers Dask cuts a job that says nothing of it. Pure."""

from __future__ import annotations

import math


def usual_processes(cores: int) -> int:
    """Return what `distributed.deploy.utils.nprocesses_nthreads` does, for processes that know no Dask.

    >>> [usual_processes(cores) for cores in (1, 4, 8, 36)]
    [1, 4, 4, 6]
    """
    if cores <= 4:
        return cores
    return min((n for n in range(1, cores + 1) if cores % n == 0 and n >= math.sqrt(cores)), default=cores)
