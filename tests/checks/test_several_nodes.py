"""What is judged, and counted, of jobs of several nodes."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.checks.allocation import allocation
from jupyter_dask_slurm.checks.directives import as_slurm_reads_it
from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.checks.site import refusals_of_site
from jupyter_dask_slurm.preview.totals import totals
from jupyter_dask_slurm.protocol.errors import LimitExceeded
from jupyter_dask_slurm.protocol.models import Partition, Site, SlurmInfo

TWO = {"nodes_per_job": 2, "cores": 4, "memory": "8 GB"}


def _site(**facts: Any) -> Site:
    known = {
        "nodes": 3, "cpus_per_node": 8, "memory_per_node_bytes": 16 * 10**9, "gpus_per_node": 2, "gres": None,
        "features": (), "idle_cpus": 8, "allowed": True, "node_names": "n[1-3]", **facts,
    }  # fmt: skip
    return Site(SlurmInfo(True), (Partition("p", True, "UP", None, None, **known),))


def _said(options: dict[str, Any], **facts: Any) -> list[tuple[str | None, str]]:
    return [(error.field, error.message) for error in refusals_of_site({**TWO, **options}, _site(**facts))]


@pytest.mark.parametrize(
    ("options", "facts", "field", "words"),
    [
        ({"nodes_per_job": 4}, {}, "nodes_per_job", "gives one job: 3 at most"),
        ({"nodes_per_job": 3}, {"max_nodes": 2}, "nodes_per_job", "gives one job: 2 at most"),
        ({"nodelist": "n[1-3]"}, {}, "nodelist", "A job of 2 nodes cannot have all 3 of n[1-3]"),
        ({"exclude": "n[1-2]"}, {}, "exclude", "That leaves 1 of the nodes of partition p"),
        ({"cores": 9}, {}, "cores", "9 cores on each node is more than a node of partition p has: 8 at most"),
        ({"memory": "17 GB"}, {}, "memory", "17 GB on each node is more than"),
    ],
)
def test_what_slurm_would_refuse_or_never_start(
    options: dict[str, Any], facts: dict[str, Any], field: str, words: str
) -> None:
    assert _said({}) == []
    ((found, message),) = _said(options, **facts)
    assert found == f"options.{field}"
    assert words in message


def _rendering(**facts: Any) -> dict[str, Any]:
    return {
        "options": {"threads_per_core": None, "gpus": 1}, "script": "#!/bin/sh", "most_jobs": 3, "nodes": 2,
        "processes": 2, "cores": 4, "cpus": 4, "memory_bytes": 8 * 10**9, "booked_bytes": 8 * 10**9, **facts,
    }  # fmt: skip


def test_totals_are_those_of_all_nodes() -> None:
    rendering = _rendering()
    assert totals(rendering, allocation(rendering, _site()), ()).to_json() == {
        "jobs": 3, "workers": 12, "threads": 24, "memory_bytes": 48 * 10**9, "gpus": 6,
        "core_hours_per_hour": 24,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "cpus", "reason"),
    [
        ({"whole_nodes": True}, 16, "a job has each of its nodes to itself, up to 8 cores"),
        ({"max_memory_per_cpu_bytes": 10**9}, 16, "so much memory comes with 8 cores on each node"),
        ({"min_nodes": 3}, 12, "a job gets 3 nodes at least, of which it uses 2"),
    ],
)
def test_what_slurm_allocates_on_all_nodes(facts: dict[str, Any], cpus: int, reason: str) -> None:
    found = allocation(_rendering(), _site(**facts))
    assert (found.cpus, found.reasons) == (
        cpus, (f"Slurm allocates {cpus} cores for a job of 8: in partition p {reason}.",)
    )  # fmt: skip


def test_enough_nodes_for_a_partitions_least() -> None:
    assert allocation(_rendering(), _site(min_nodes=2)).reasons == ()


def test_limits_count_all_nodes() -> None:
    asked = {**TWO, "job_extra_directives": ["--nodes=1"]}
    options = as_slurm_reads_it(asked, "#SBATCH --nodes=1\n#SBATCH --nodes=2\n", _site())
    assert list(Limits(max_cores=16).refusals(options, 2, ())) == []
    (refusal,) = Limits(max_cores=15).refusals(options, 2, ())
    assert isinstance(refusal, LimitExceeded)
    assert "this one would have 16" in refusal.message
