"""How many jobs a request means, as far as that is known before dask-jobqueue has filled in the options."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..protocol.models import Scaling
from ..slurm.units import parse_memory

DEFAULT_SCALING: dict[str, Any] = {"mode": "manual", "jobs": 1}


def in_jobs(asked: Mapping[str, Any], options: Mapping[str, Any]) -> Scaling:
    """Return a request for a size in whole jobs, rounded up.

    Where an option is not known yet, a job counts as one worker, one core or one byte at least: the
    controller, which knows the effective options, has the last word.
    """
    if asked["mode"] == "adaptive":
        return Scaling("adaptive", minimum_jobs=asked["minimum_jobs"], maximum_jobs=asked["maximum_jobs"])
    if "jobs" in asked:
        return Scaling("manual", jobs=asked["jobs"])
    if "workers" in asked:
        return Scaling("manual", jobs=math.ceil(asked["workers"] / (options.get("processes") or 1)))
    if "cores" in asked:
        return Scaling("manual", jobs=math.ceil(asked["cores"] / (options.get("cores") or 1)))
    whole = parse_memory(asked["memory"])
    per_job = options.get("memory")
    return Scaling("manual", jobs=math.ceil(whole / parse_memory(per_job)) if per_job else 1)
