"""A network that is wrong from the start, or fails during a computation: said, and the result is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.computation import RIGHT, Computation
from tests.hosts.network import Host
from tests.hosts.site import ONE_NODE, REACHED, UNREACHED, JupyterOn, Site, address
from tests.server.api import working

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]


def test_a_scheduler_on_the_wrong_interface_is_said_with_address_and_interfaces(
    site: Site, jupyter_on: Callable[[Host], JupyterOn]
) -> None:
    jupyter = jupyter_on(site.logins[0])
    options = {**ONE_NODE, "scheduler_interface": UNREACHED, "death_timeout": 10}
    cluster = jupyter.start(options=options)
    cluster = jupyter.until(
        cluster["id"],
        lambda c: any("No more" in problem["message"] for problem in c["problems"]),
        timeout=300,
    )
    (problem,) = cluster["problems"]
    assert problem["code"] == "no_connection"
    assert f"tls://{address(UNREACHED, 1)}:" in problem["message"]
    assert f"{REACHED} ({address(REACHED, 1)})" in problem["advice"]

    # As the advice says.
    again = jupyter.call(
        "POST", f"clusters/{cluster['id']}/restart", {"options": {"scheduler_interface": REACHED}}
    ).json()
    assert jupyter.until(again["id"], working(1), timeout=120)["problems"] == []


def test_a_link_that_is_cut_during_a_computation_and_mended(
    site: Site, jupyter_on: Callable[[Host], JupyterOn]
) -> None:
    jupyter = jupyter_on(site.logins[0])
    cluster = _working_cluster(jupyter, jobs=3)
    with Computation(site.logins[0], cluster["id"]) as computation:
        site.cut("n1")
        jupyter.until(cluster["id"], lambda c: c["jobs"]["missing"] == 1, timeout=150)
        (missing,) = [job for job in _jobs(jupyter, cluster) if job["phase"] == "missing"]
        assert (missing["node"], {worker["status"] for worker in missing["workers"]}) == ("n1", {"gone"})
        # Two nodes do what three had begun.
        assert computation.result(timeout=300) == RIGHT
    site.mend("n1")
    assert jupyter.until(cluster["id"], working(3), timeout=300)["problems"] == []
    working_jobs = {
        job["job_id"]: job["node"] for job in _jobs(jupyter, cluster) if job["phase"] == "working"
    }
    assert set(working_jobs.values()) == {"n1", "n2", "n3"}
    assert set(site.slurm.jobs()) == set(working_jobs)


def test_a_node_that_is_lost_during_a_computation(
    site: Site, jupyter_on: Callable[[Host], JupyterOn]
) -> None:
    jupyter = jupyter_on(site.logins[0])
    cluster = _working_cluster(jupyter, jobs=2)
    lost = _jobs(jupyter, cluster)[0]
    with Computation(site.logins[0], cluster["id"]) as computation:
        # In this order: a node without power says no farewell.
        site.cut(lost["node"])
        site.slurm.crash_node(lost["node"])
        jupyter.until(cluster["id"], lambda c: c["jobs"]["missing"] == 1, timeout=150)
        jupyter.until(cluster["id"], working(2), timeout=200)
        assert computation.result(timeout=300) == RIGHT
    nodes = {job["node"] for job in _jobs(jupyter, cluster) if job["phase"] == "working"}
    assert nodes == {"n1", "n2", "n3"} - {lost["node"]}


def _working_cluster(jupyter: JupyterOn, jobs: int) -> dict[str, Any]:
    cluster = jupyter.start(options=ONE_NODE, scaling={"mode": "manual", "jobs": jobs})
    return jupyter.until(cluster["id"], working(jobs), timeout=120)


def _jobs(jupyter: JupyterOn, cluster: dict[str, Any]) -> list[dict[str, Any]]:
    return jupyter.call("GET", f"clusters/{cluster['id']}/jobs").json()  # type: ignore[no-any-return]
