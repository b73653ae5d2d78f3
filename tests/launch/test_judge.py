"""What keeps a cluster from being started, where its nodes are there already."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.launch import judge as judged
from jupyter_dask_slurm.protocol.errors import SiteRefuses


@pytest.mark.parametrize(
    ("placement", "one_allocation", "refused"),
    [("here", True, False), ("job", True, True), ("here", None, True)],
)
def test_rules_for_new_jobs_are_not_those_of_an_allocation(
    placement: str, one_allocation: bool | None, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judged, "refusals_of_site", lambda *_: [SiteRefuses("The partition is closed.")])
    monkeypatch.setattr(judged, "refusals_of_placement", lambda *_: [])
    options = {"one_allocation": one_allocation, "cores": 1, "memory": "1 GB"}
    spec = SimpleNamespace(
        defaults={},
        options=options,
        backend="slurm",
        placement=placement,
        scaling={"mode": "manual", "jobs": 1},
    )
    site = SimpleNamespace(interfaces=(), partitions=())
    draft: Any = SimpleNamespace(
        spec=spec, surroundings=SimpleNamespace(site=site), rendering=None, filed=frozenset()
    )
    assert bool(list(judged.judge(draft, Limits(), []))) is refused
