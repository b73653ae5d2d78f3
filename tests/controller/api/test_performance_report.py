"""Dask's performance report: what ran before it was asked for, in one page that needs nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from tests.controller.conftest import Launch


def inc_for_the_report(number: int) -> int:
    return number + 1


def test_it_tells_what_ran_and_loads_nothing(launch: Launch) -> None:
    controller = launch("local")
    controller.working(jobs=1)
    with controller.client() as client:
        results = client.map(inc_for_the_report, range(3), pure=False)
        assert client.gather(results) == [1, 2, 3]
    status, page = controller.request("GET", "/control/report")
    assert status == 200, page
    assert page.lstrip().startswith("<!DOCTYPE html>")
    assert "inc_for_the_report" in page
    assert "number of tasks: 3" in page
    assert re.findall(r"<script[^>]* src=", page) == []


def test_without_bokeh_it_says_so(launch: Launch, tmp_path: Path) -> None:
    # What stands first on the path hides what is installed.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['bokeh'] = None\n")
    controller = launch(
        "local", scaling={"mode": "manual", "jobs": 0}, environment={"PYTHONPATH": str(tmp_path)}
    )
    controller.until(lambda cluster: cluster.status == "running")
    status, error = controller.request("GET", "/control/report")
    assert (status, error["reason"]) == (422, "EnvironmentUnusable")
    assert "Bokeh" in error["message"]
