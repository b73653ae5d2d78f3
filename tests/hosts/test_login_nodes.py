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
from tests.hosts.site import ONE_NODE, REACHED, JupyterOn, Site
from tests.jupyter.api import status, working
from tests.jupyter.contract import contract
from tests.jupyter.controllers import controllers
from tests.jupyter.websockets import bokeh_answers
from tests.slurm.client import wait_until


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_cluster_of_another_login_node_obeys_and_is_not_adopted(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login1, login2 = site.logins
    here, there = jupyter_on(login1), jupyter_on(login2)
    cluster = here.start(name="ocean", options=ONE_NODE, scaling={"mode": "manual", "jobs": 1})
    near = here.until(cluster["id"], working(1), timeout=90)
    far = there.until(cluster["id"], working(1), timeout=90)
    contract().validate("Cluster", far)
    far = there.until(cluster["id"], lambda c: c["controller"]["reachable"], timeout=30)
    assert far["controller"] == {**near["controller"], "channel": "tls"}
    assert (near["controller"]["hostname"], near["controller"]["channel"]) == ("login1", "socket")
    assert (far["workers"], far["threads"]) == ({"connected": 1, "expected": 1}, 2)
    assert set(here.jobs(cluster["id"], "working")) < {"n1", "n2", "n3"}
    # What workers use changes between two looks.
    wait_until(
        lambda: there.jobs(cluster["id"], "working") == here.jobs(cluster["id"], "working"),
        "both show the same jobs",
    )
    _tell_from_afar(there, cluster["id"], here)
    _stop_from_afar(there, cluster["id"], here)
    assert site.slurm.jobs() == {}
    wait_until(lambda: not controllers(shared), "its controller has ended")
    assert list((shared / "clusters").iterdir()) == []


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_login_node_that_is_cut_off_and_a_jupyter_that_is_killed_there(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login1, login2 = site.logins
    here, there = jupyter_on(login1), jupyter_on(login2)
    cluster = here.start(name="ocean", options=ONE_NODE, scaling={"mode": "manual", "jobs": 2})
    there.until(cluster["id"], lambda c: working(2)(c) and c["controller"]["reachable"], timeout=120)
    site.network.cut(login2, REACHED)
    there.until(cluster["id"], lambda c: not c["controller"]["reachable"], timeout=90)
    assert there.call("PATCH", f"clusters/{cluster['id']}", {"name": "lake"}).status_code == 503
    site.network.mend(login2, REACHED)
    there.until(cluster["id"], lambda c: c["controller"]["reachable"], timeout=60)

    # Whatever Jupyter starts or ends where, it stays one cluster with one controller and the same jobs.
    (controller,) = controllers(shared)
    there.end(signal.SIGKILL)
    there = jupyter_on(login2)
    there.until(cluster["id"], working(2), timeout=90)
    assert controllers(shared) == [controller] == [Registry(shared).read(cluster["id"]).pid]
    jobs = here.jobs(cluster["id"], "working")
    assert set(site.slurm.jobs()) == {job["job_id"] for job in jobs.values()}
    _stop_from_afar(there, cluster["id"], here)


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
    # Its host answers that nobody listens there any more: that is an end; its jobs are cancelled from here.
    lost = there.until(cluster["id"], status("lost"), timeout=240)
    contract().validate("Cluster", lost)
    wait_until(lambda: site.slurm.jobs() == {}, "its jobs are cancelled", timeout=60)
    assert there.call("DELETE", f"clusters/{cluster['id']}").status_code in (202, 204)
    wait_until(lambda: there.clusters() == [], "the list is empty", timeout=60)
    assert site.slurm.jobs() == {}
    assert list((shared / "clusters").iterdir()) == []


def _stop_from_afar(there: JupyterOn, cluster_id: str, here: JupyterOn) -> None:
    stopping = there.call("DELETE", f"clusters/{cluster_id}")
    assert (stopping.status_code, stopping.json()["status"]) == (202, "stopping")
    wait_until(lambda: there.clusters() == here.clusters() == [], "both lists are empty", timeout=90)


def _tell_from_afar(there: JupyterOn, cluster_id: str, here: JupyterOn) -> None:
    """Change a cluster and look at it from another host, and see both as its own host does."""
    path = f"clusters/{cluster_id}"
    changed = there.call("PATCH", path, {"name": "sea", "scaling": {"mode": "manual", "jobs": 2}})
    assert (changed.status_code, changed.json()["name"]) == (200, "sea"), changed.text
    for jupyter in (there, here):
        jupyter.until(cluster_id, lambda c: (c["name"], c["jobs"]["working"]) == ("sea", 2), timeout=60)
    gone = next(iter(there.jobs(cluster_id, "working").values()))["job_id"]
    assert there.call("DELETE", f"{path}/jobs/{gone}").status_code == 202
    here.until(cluster_id, lambda c: c["jobs"]["plan"] == c["jobs"]["working"] == 1, timeout=60)
    assert there.call("GET", f"{path}/jobs/{gone}/log").status_code == 200
    assert "<html" in there.call("GET", f"{path}/report").text
    base = f"dask-slurm/{path}/dashboard/"
    page = there.call("GET", "status", below=base)
    script = there.call("GET", "static/js/bokeh.min.js", below=base)
    assert (page.status_code, script.status_code) == (200, 200), page.text
    assert script.content == here.call("GET", "static/js/bokeh.min.js", below=base).content
    with there.host.inside():
        assert bokeh_answers(f"{there.address.removesuffix('dask-slurm/api')}{base}status", page.text)


def _is_silent(cluster: dict[str, Any]) -> bool:
    return [problem["code"] for problem in cluster["problems"]] == ["controller_silent"]
