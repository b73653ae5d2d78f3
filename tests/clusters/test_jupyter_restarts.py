"""Clusters outlive the Jupyter server, however it ends; every server of the user shows the same ones."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.jupyter.api import status, working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda how: how.name)
def test_clusters_survive(jupyter: Callable[[], Jupyter], how: signal.Signals) -> None:
    first = jupyter()
    cluster = first.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    before = first.until(cluster["id"], working(1))
    first.end(how)
    second = jupyter()
    after = second.until(cluster["id"], working(1))
    assert after["controller"] == before["controller"]
    assert after["scheduler_address"] == before["scheduler_address"]
    scaled = second.call("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": 2}})
    assert scaled.json()["scaling"]["jobs"] == 2
    second.until(cluster["id"], working(2))
    assert second.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    wait_until(lambda: second.clusters() == [], "the list is empty", timeout=60)


@pytest.mark.parametrize(
    "at_rest",
    [{"mode": "manual", "jobs": 0}, {"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 2}],
    ids=lambda scaling: scaling["mode"],
)
def test_a_cluster_at_rest_is_changed_after_a_restart(
    jupyter: Callable[[], Jupyter], at_rest: dict[str, object]
) -> None:
    first = jupyter()
    body = {"backend": "local", "options": SMALL, "scaling": at_rest}
    cluster = first.call("POST", "clusters", body).json()
    first.until(cluster["id"], status("running"))
    first.end(signal.SIGKILL)
    # What its controller answers now is word for word what its record says.
    second = jupyter()
    scaled = second.call("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": 1}})
    assert scaled.status_code == 200, scaled.text
    second.until(cluster["id"], working(1))


def test_two_servers_show_the_same(jupyter: Callable[[], Jupyter]) -> None:
    one, two = jupyter(), jupyter()
    cluster = one.call("POST", "clusters", {"name": "ocean", "backend": "local", "options": SMALL}).json()
    seen = two.until(cluster["id"], working(1))
    assert seen["name"] == "ocean"
    os.kill(seen["controller"]["pid"], signal.SIGKILL)
    one.until(cluster["id"], status("lost"))
    two.until(cluster["id"], status("lost"))
    assert two.call("DELETE", f"clusters/{cluster['id']}").status_code == 204
    wait_until(lambda: one.clusters() == [], "the other list is empty too", timeout=60)


def test_controller_that_died_while_no_jupyter_ran(jupyter: Callable[[], Jupyter]) -> None:
    first = jupyter()
    cluster = first.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    running = first.until(cluster["id"], working(1))
    first.end(signal.SIGKILL)
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    lost = jupyter().until(cluster["id"], status("lost"))
    assert lost["error"]["reason"] == "ControllerLost"
