"""A cluster made on one login node is the same on the other: listed, stopped, judged, never adopted."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.registry import Registry
from tests.hosts.network import Host
from tests.hosts.site import ONE_NODE, JupyterOn, Site
from tests.jupyter.api import working
from tests.jupyter.contract import contract
from tests.jupyter.controllers import controllers
from tests.slurm.client import wait_until


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cluster_of_another_login_node_is_listed_and_stopped_and_not_adopted(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login1, login2 = site.logins
    here, there = jupyter_on(login1), jupyter_on(login2)
    cluster = here.start(name="ocean", options=ONE_NODE, scaling={"mode": "manual", "jobs": 2})
    near = here.until(cluster["id"], working(2), timeout=90)
    far = there.until(cluster["id"], working(2), timeout=90)
    contract().validate("Cluster", far)
    assert far["controller"] == {**near["controller"], "reachable": False}
    assert near["controller"]["hostname"] == "login1"
    jobs = here.jobs(cluster["id"], "working")
    assert set(jobs) < {"n1", "n2", "n3"}

    # Whatever Jupyter starts or ends where, it stays one cluster with one controller and the same jobs.
    (controller,) = controllers(shared)
    there.end(signal.SIGKILL)
    there = jupyter_on(login2)
    there.until(cluster["id"], working(2), timeout=90)
    assert controllers(shared) == [controller] == [Registry(shared).read(cluster["id"]).pid]
    assert set(site.slurm.jobs()) == {job["job_id"] for job in jobs.values()}

    stopping = there.call("DELETE", f"clusters/{cluster['id']}")
    assert (stopping.status_code, stopping.json()["status"]) == (202, "stopping")
    wait_until(lambda: there.clusters() == here.clusters() == [], "both lists are empty", timeout=90)
    assert site.slurm.jobs() == {}
    wait_until(lambda: not controllers(shared), "its controller has ended")
    assert list((shared / "clusters").iterdir()) == []


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_controller_of_another_login_node_that_stands_still_and_one_that_is_killed(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login1, login2 = site.logins
    here, there = jupyter_on(login1), jupyter_on(login2)
    cluster = here.start(name="ocean", options=ONE_NODE, scaling={"mode": "manual", "jobs": 2})
    here.until(cluster["id"], working(2), timeout=90)
    there.until(cluster["id"], working(2), timeout=90)
    jobs = site.slurm.jobs()
    (controller,) = controllers(shared)

    os.kill(controller, signal.SIGSTOP)
    there.until(cluster["id"], _is_silent, timeout=240)
    # It had only stood still: it goes on by itself, with what it had.
    os.kill(controller, signal.SIGCONT)
    there.until(cluster["id"], lambda c: not c["problems"] and c["status"] == "running", timeout=60)
    assert site.slurm.jobs() == jobs
    assert controllers(shared) == [controller]

    here.end(signal.SIGKILL)
    os.kill(controller, signal.SIGKILL)
    silent = there.until(cluster["id"], _is_silent, timeout=240)
    contract().validate("Cluster", silent)
    assert silent["status"] == "running"
    stopping = there.call("DELETE", f"clusters/{cluster['id']}")
    assert (stopping.status_code, stopping.json()["status"]) == (202, "stopping")
    wait_until(lambda: there.clusters() == [], "the list is empty", timeout=60)
    assert site.slurm.jobs() == {}
    assert list((shared / "clusters").iterdir()) == []


def _is_silent(cluster: dict[str, Any]) -> bool:
    return [problem["code"] for problem in cluster["problems"]] == ["controller_silent"]
