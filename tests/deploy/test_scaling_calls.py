"""``scale`` and ``adapt`` of dask-jobqueue, in whole jobs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from jupyter_dask_slurm.deploy.scaling_calls import as_adaptive, as_fixed, unknown_of
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.scaling import JobSize

SIZE = JobSize(processes=2, cores=10, memory_bytes=20_000_000_000)


@pytest.mark.parametrize(
    ("call", "jobs"),
    [
        ({}, 0),
        ({"n": 3}, 2),
        ({"jobs": 4}, 4),
        ({"cores": 48}, 5),
        ({"memory": "200 GB"}, 10),
        ({"memory": 20_000_000_001}, 2),
        ({"n": 1, "jobs": 9}, 1),
        ({"jobs": 2, "cores": 48}, 5),
    ],
)
def test_scale(call: dict[str, Any], jobs: int) -> None:
    said = {"n": None, "jobs": 0, "memory": None, "cores": None, **call}
    assert as_fixed(SIZE, **said) == {"mode": "manual", "jobs": jobs}


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({}, (0, 10_000)),
        ({"minimum": 1, "maximum": 7}, (1, 4)),
        ({"minimum_jobs": 1, "maximum_jobs": 7, "maximum": 1}, (1, 7)),
        ({"minimum_cores": 11, "maximum_cores": 39}, (2, 3)),
        ({"maximum": math.inf, "maximum_memory": "70 GB"}, (0, 3)),
    ],
)
def test_adapt(limits: dict[str, Any], found: tuple[int, int]) -> None:
    scaling = as_adaptive(SIZE, limits, None)
    assert (scaling["minimum_jobs"], scaling["maximum_jobs"]) == found


def test_a_job_of_several_nodes_is_as_large_as_all_of_them() -> None:
    size = JobSize(processes=2, cores=10, memory_bytes=20_000_000_000, nodes=3)
    found = [
        as_fixed(size, n, 0, memory, cores) for n, memory, cores in ((7, None, None), (None, "61 GB", 30))
    ]
    assert [scaling["jobs"] for scaling in found] == [2, 2]


def test_without_a_maximum_the_administrators_counts() -> None:
    assert as_adaptive(SIZE, {"minimum": 2}, 6)["maximum_jobs"] == 6


def test_what_is_no_size_is_refused() -> None:
    for call in ({"n": -1}, {"n": "two"}, {"memory": "much"}):
        with pytest.raises(InvalidRequest):
            as_fixed(SIZE, **{"n": None, "jobs": 0, "memory": None, "cores": None, **call})
    with pytest.raises(InvalidRequest, match="minimum"):
        as_adaptive(SIZE, {"minimum_jobs": 3, "maximum_jobs": 2}, None)


def test_how_dask_would_decide_is_no_limit() -> None:
    assert unknown_of({"maximum": 3, "interval": "1s", "wait_count": 2}) == ["interval", "wait_count"]
