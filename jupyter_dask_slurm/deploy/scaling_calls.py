"""What ``scale(…)`` and ``adapt(…)`` of dask-jobqueue mean, as a scaling in whole jobs. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dask.utils import parse_bytes

from ..protocol.errors import InvalidRequest
from ..protocol.scaling import MOST_JOBS, JobSize

_LIMITS = ("minimum", "maximum")


def as_fixed(size: JobSize, n: Any, jobs: Any, memory: Any, cores: Any) -> dict[str, Any]:
    """Return the scaling of ``scale(n, jobs, memory, cores)``: the most of what is said, as there.

    Parameters
    ----------
    size : JobSize
        Of one job.
    n : int, optional
        Workers; where they are given, `jobs` does not count.
    """
    wanted = jobs if n is None else _jobs("n", n, size.workers)
    found = [_jobs("jobs", wanted, 1)]
    if memory is not None:
        found.append(_of_memory("memory", memory, size, math.ceil))
    if cores is not None:
        found.append(_jobs("cores", cores, size.nodes * size.cores))
    return {"mode": "manual", "jobs": max(found)}


def as_adaptive(size: JobSize, limits: Mapping[str, Any], most: int | None) -> dict[str, Any]:
    """Return the scaling of ``adapt(…)``.

    Parameters
    ----------
    limits : mapping
        ``minimum`` and ``maximum`` (workers), with ``_jobs``, ``_cores`` and ``_memory`` in other units. Of a
        minimum in several units the largest counts, of a maximum the smallest; of workers and jobs the jobs.
    most : int, optional
        Jobs that the administrator allows; so many there may be where no maximum is said.
    """
    minimum, maximum = (_limit(size, limits, side) for side in _LIMITS)
    least = max(minimum, default=0)
    largest = min(maximum, default=max(least, MOST_JOBS if most is None else most))
    if least > largest:
        raise InvalidRequest(
            f"The minimum ({least} jobs) must not be above the maximum ({largest}).", field="scaling"
        )
    return {"mode": "adaptive", "minimum_jobs": least, "maximum_jobs": largest}


def unknown_of(limits: Mapping[str, Any]) -> list[str]:
    """Return the keywords of ``adapt(…)`` that are no limits, but say how Dask would decide."""
    return [key for key in limits if key.partition("_")[0] not in _LIMITS]


def _limit(size: JobSize, limits: Mapping[str, Any], side: str) -> list[int]:
    said = {key: value for key, value in limits.items() if value is not None and value != math.inf}
    # As Dask does: no more cores or memory than the maximum says, no less than the minimum does.
    rounded = math.ceil if side == "minimum" else math.floor
    found = []
    if f"{side}_jobs" in said:
        found.append(_jobs(f"{side}_jobs", said[f"{side}_jobs"], 1))
    elif side in said:
        found.append(_jobs(side, said[side], size.workers))
    if f"{side}_cores" in said:
        found.append(_jobs(f"{side}_cores", said[f"{side}_cores"], size.nodes * size.cores, rounded))
    if f"{side}_memory" in said:
        found.append(_of_memory(f"{side}_memory", said[f"{side}_memory"], size, rounded))
    return found


def _of_memory(name: str, value: Any, size: JobSize, rounded: Any) -> int:
    try:
        wanted = parse_bytes(value)
    except (TypeError, ValueError, AttributeError):
        raise InvalidRequest(
            f'{name} must be a size such as "200 GB", not {value!r}.', field="scaling"
        ) from None
    return _jobs(name, wanted, size.nodes * size.memory_bytes or wanted or 1, rounded)


def _jobs(name: str, value: Any, per_job: int, rounded: Any = math.ceil) -> int:
    try:
        jobs, enough = int(rounded(value / per_job)), value >= 0
    except (TypeError, ValueError, OverflowError):
        jobs, enough = 0, False
    if not enough or isinstance(value, bool):
        raise InvalidRequest(f"{name} must be a number, 0 or more, not {value!r}.", field="scaling")
    return jobs
