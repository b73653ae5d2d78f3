"""What keeps a cluster from being started, where its nodes are there already."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.launch import controller_job
from jupyter_dask_slurm.launch import judge as judged
from jupyter_dask_slurm.protocol.errors import SiteRefuses
from jupyter_dask_slurm.protocol.models import LaunchSpec, Placement


@pytest.mark.parametrize(
    ("placement", "one_allocation", "refused"),
    [("here", True, 0), ("job", True, 2), ("here", None, 3)],
)
def test_rules_for_new_jobs_are_not_those_of_an_allocation(
    placement: Placement, one_allocation: bool | None, refused: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "refusals_of_site", lambda *_: [SiteRefuses("The partition is closed.")])
    monkeypatch.setattr(controller_job, "refusals_of_one_allocation", lambda _: [])
    options = {"one_allocation": one_allocation, "cores": 1, "memory": "1 GB"}
    spec = LaunchSpec(
        cluster_id="ocean-3f9c", name="ocean", backend="slurm", created_at="2026-11-20T21:00:00Z",
        directory="/a", socket="", nonce="", python="/usr/bin/python3", dashboard_path="",
        idle_timeout_s=3600, scaling={"mode": "manual", "jobs": 1}, options=options, placement=placement,
    )  # fmt: skip
    site = SimpleNamespace(interfaces=(), partitions=())
    draft: Any = SimpleNamespace(
        spec=spec, surroundings=SimpleNamespace(site=site), rendering=None, filed=frozenset(),
        record=SimpleNamespace(cluster=SimpleNamespace(secure=True)),
    )  # fmt: skip
    limits = Limits(required_options=("account",), allowed_controller_placements=("job",))
    assert len(list(judged.judge(draft, limits, []))) == refused
