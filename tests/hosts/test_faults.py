"""A network that is wrong from the start, or fails during a computation: said, and the result is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.computation import RIGHT, Computation
from tests.hosts.network import Host
from tests.hosts.site import ONE_NODE, REACHED, UNREACHED, JupyterOn, Site, address
from tests.jupyter.api import working
from tests.slurm.client import wait_until

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
        ((node, missing),) = jupyter.jobs(cluster["id"], "missing").items()
        assert (node, {worker["status"] for worker in missing["workers"]}) == ("n1", {"gone"})
        # Two nodes do what three had begun.
        assert computation.result(timeout=300) == RIGHT
    site.mend("n1")
    jupyter.until(cluster["id"], lambda c: c["jobs"]["working"] == 3 and not c["problems"], timeout=300)
    at_work = jupyter.jobs(cluster["id"], "working")
    assert set(at_work) == {"n1", "n2", "n3"}
    ids = {job["job_id"] for job in at_work.values()}
    wait_until(lambda: set(site.slurm.jobs()) == ids, "Slurm has these jobs and no other", timeout=90)


def test_a_node_that_is_lost_during_a_computation(
    site: Site, jupyter_on: Callable[[Host], JupyterOn]
) -> None:
    jupyter = jupyter_on(site.logins[0])
    cluster = _working_cluster(jupyter, jobs=2)
    lost = min(jupyter.jobs(cluster["id"], "working"))
    with Computation(site.logins[0], cluster["id"]) as computation:
        # In this order: a node without power says no farewell.
        site.cut(lost)
        site.slurm.crash_node(lost)
        jupyter.until(cluster["id"], lambda c: c["jobs"]["missing"] == 1, timeout=150)
        jupyter.until(cluster["id"], working(2), timeout=200)
        assert computation.result(timeout=300) == RIGHT
    assert set(jupyter.jobs(cluster["id"], "working")) == {"n1", "n2", "n3"} - {lost}


def _working_cluster(jupyter: JupyterOn, jobs: int) -> dict[str, Any]:
    cluster = jupyter.start(options=ONE_NODE, scaling={"mode": "manual", "jobs": jobs})
    return jupyter.until(cluster["id"], working(jobs), timeout=120)
