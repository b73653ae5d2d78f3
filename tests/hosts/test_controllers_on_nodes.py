"""A controller in a job on a node obeys from each login node, its user alone; its node takes it along."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.registry import Registry
from tests.hosts import stranger
from tests.hosts.computation import RIGHT, Computation
from tests.hosts.network import Host
from tests.hosts.site import ONE_NODE, JupyterOn, Site
from tests.jupyter.api import status, working
from tests.jupyter.controllers import controllers
from tests.slurm.client import wait_until

IN_A_JOB = {**ONE_NODE, "controller_placement": "job", "controller_memory": "500 MB"}
NOBODY = 65534
_AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
_PORT = re.compile(r":(\d+)\s")


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_jupyter_that_is_killed_and_one_on_another_login_node_go_on_with_it(
    site: Site, jupyter_on: Callable[[Host], JupyterOn], shared: Path
) -> None:
    login1, login2 = site.logins
    here = jupyter_on(login1)
    cluster = here.start(name="ocean", options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})
    running = here.until(cluster["id"], _answers, timeout=180)
    node = running["controller"]["hostname"]
    assert (node in {"n1", "n2", "n3"}, running["controller"]["channel"]) == (True, "tls")
    before = (controllers(shared), sorted(site.slurm.jobs()))
    with Computation(login1, cluster["id"]) as computation:
        here.end(signal.SIGKILL)
        there = jupyter_on(login2)
        there.until(cluster["id"], _answers, timeout=120)
        page = there.call("GET", "status", below=f"dask-slurm/clusters/{cluster['id']}/dashboard/")
        assert (page.status_code, "Bokeh" in page.text) == (200, True)
        assert computation.result(timeout=300) == RIGHT
    assert (controllers(shared), sorted(site.slurm.jobs())) == before
    _nobody_else_is_let_in(site, node, shared)
    assert there.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    wait_until(lambda: site.slurm.jobs() == {}, "Slurm has none of its jobs", timeout=120)
    wait_until(lambda: there.clusters() == [], "the list is empty", timeout=60)
    assert list((shared / "clusters").iterdir()) == []


def _nobody_else_is_let_in(site: Site, node: str, shared: Path) -> None:
    """Have another user ask, from each host, each port on which it listens by what its own host says."""
    (pid,) = controllers(shared)
    listening = site.node(node).run("ss", "-Hltnp").splitlines()
    ports = [match[1] for line in listening if f"pid={pid}," in line if (match := _PORT.search(line))]
    record = next(iter((shared / "clusters").iterdir())).name
    endpoint = Registry(shared).read(record).endpoint
    assert endpoint is not None
    assert str(endpoint.port) in ports
    assert len(ports) == 2, "the scheduler's, and the channel"
    with TemporaryDirectory() as folder:
        foreign = make_credentials(Path(folder), "lake-0000")
        for path in (folder, foreign.cert, foreign.key):
            os.chown(path, NOBODY, NOBODY)
        # Nobody else may read the project's own folder.
        program = ("-c", Path(stranger.__file__).read_text(encoding="utf-8"))
        words = (endpoint.host, *ports, "--", foreign.cert, foreign.key)
        for host in (*site.logins, *site.nodes):
            assert host.run(*_AS_NOBODY, f"{sys.base_prefix}/bin/python3", *program, *words) == ""
    own = Registry(shared).on_disk(record)
    with site.logins[0].inside():
        context = stranger.trusting(str(own.certificate), str(own.key))
        assert stranger.ask(endpoint.host, endpoint.port, context).startswith(b"HTTP/1.1 200")


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_node_that_fails_takes_it_along_and_it_is_started_again(
    site: Site, jupyter_on: Callable[[Host], JupyterOn]
) -> None:
    jupyter = jupyter_on(site.logins[0])
    cluster = jupyter.start(name="ocean", options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})
    running = jupyter.until(cluster["id"], _answers, timeout=180)
    node = running["controller"]["hostname"]
    # In this order: a node without power says no farewell.
    site.cut(node)
    site.slurm.crash_node(node)
    site.slurm.node_down(node)
    lost = jupyter.until(cluster["id"], status("lost"), timeout=240)
    assert "NODE_FAIL" in lost["error"]["message"]
    wait_until(lambda: site.slurm.jobs() == {}, "its jobs are cancelled", timeout=120)
    again = jupyter.call("POST", f"clusters/{cluster['id']}/restart", {}).json()
    there = jupyter.until(again["id"], _answers, timeout=180)
    assert there["controller"]["hostname"] != node
    assert len(site.slurm.jobs()) == 2


def _answers(cluster: dict[str, Any]) -> bool:
    return bool(working(1)(cluster) and cluster["controller"]["reachable"])
