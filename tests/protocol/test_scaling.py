"""How many jobs make the size that somebody asks for."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.scaling import JobSize, known_cpus, known_size, resolve_scaling

SIZE = JobSize(processes=4, cores=8, memory_bytes=16 * 10**9)


@pytest.mark.parametrize(
    ("request_", "jobs"),
    [
        ({"mode": "manual", "jobs": 3}, 3),
        ({"jobs": 0}, 0),
        ({"workers": 9}, 3),
        ({"cores": 48}, 6),
        ({"memory": "200 GB"}, 13),
        ({"memory": "0 GB"}, 0),
        ({"memory": "1e3 GB"}, 63),
    ],
)
def test_sizes_are_rounded_up_to_whole_jobs(request_: dict[str, Any], jobs: int) -> None:
    assert resolve_scaling(request_, SIZE).to_json() == {"mode": "manual", "jobs": jobs}


@pytest.mark.parametrize(
    ("request_", "jobs"),
    [({"jobs": 3}, 3), ({"workers": 9}, 2), ({"cores": 48}, 3), ({"memory": "200 GB"}, 7)],
)
def test_sizes_of_several_nodes(request_: dict[str, Any], jobs: int) -> None:
    options = {"processes": 4, "cores": 8, "memory": "16 GB", "nodes_per_job": 2}
    assert resolve_scaling(request_, known_size(options)).jobs == jobs
    assert (known_cpus(options), known_cpus({**options, "job_cpu": 12})) == (16, 24)


@pytest.mark.parametrize(
    ("request_", "jobs"), [({"memory": "200 GB"}, 1), ({"memory": "0 GB"}, 0), ({"workers": 9}, 9)]
)
def test_what_is_not_known_yet_counts_as_little_as_it_can(request_: dict[str, Any], jobs: int) -> None:
    assert resolve_scaling(request_, known_size({})).jobs == jobs


def test_adaptive_limits() -> None:
    request = {"mode": "adaptive", "minimum_jobs": 1, "maximum_jobs": 5}
    assert resolve_scaling(request, SIZE).to_json() == request


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"jobs": True},
        {"jobs": 2.0},
        {"jobs": -1},
        {"workers": "8"},
        {"memory": "lots"},
        {"memory": 7},
        {"mode": "adaptive"},
        {"mode": "adaptive", "minimum_jobs": 3, "maximum_jobs": 2},
    ],
)
def test_other_sizes_are_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        resolve_scaling(request_, SIZE)
    assert (caught.value.field or "").startswith("scaling")
