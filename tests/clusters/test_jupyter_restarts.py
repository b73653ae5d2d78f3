"""Clusters outlive the Jupyter server, however it ends; every server of the user shows the same ones."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.jupyter.api import status, working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until


@pytest.mark.nightly
def test_clusters_survive_a_server_that_ends(jupyter: Callable[[], Jupyter]) -> None:
    first = jupyter()
    before = _working(first)
    first.end(signal.SIGTERM)
    _goes_on(jupyter(), before)


def test_clusters_survive_a_server_that_is_killed(jupyter: Callable[[], Jupyter]) -> None:
    first = jupyter()
    before = _working(first)
    at_rest = [_at_rest(first, scaling) for scaling in AT_REST]
    died = _at_rest(first, AT_REST[0])
    first.end(signal.SIGKILL)
    os.kill(died["controller"]["pid"], signal.SIGKILL)
    second = jupyter()
    # What a controller at rest answers now is word for word what its record says.
    for cluster in at_rest:
        scaled = second.call("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": 1}})
        assert scaled.status_code == 200, scaled.text
        second.until(cluster["id"], working(1))
    lost = second.until(died["id"], status("lost"))
    assert lost["error"]["reason"] == "ControllerLost"
    for cluster in (*at_rest, died):
        assert second.call("DELETE", f"clusters/{cluster['id']}").ok
    _goes_on(second, before)


AT_REST: list[dict[str, object]] = [
    {"mode": "manual", "jobs": 0},
    {"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 2},
]


def _working(server: Jupyter) -> dict[str, Any]:
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    return server.until(cluster["id"], working(1))


def _at_rest(server: Jupyter, scaling: dict[str, object]) -> dict[str, Any]:
    body = {"backend": "local", "options": SMALL, "scaling": scaling}
    return server.until(server.call("POST", "clusters", body).json()["id"], status("running"))


def _goes_on(server: Jupyter, before: dict[str, Any]) -> None:
    """Fail unless another server has the same cluster, and can scale and stop it."""
    after = server.until(before["id"], lambda cluster: cluster["controller"] == before["controller"])
    assert after["scheduler_address"] == before["scheduler_address"]
    scaled = server.call("PATCH", f"clusters/{before['id']}", {"scaling": {"mode": "manual", "jobs": 2}})
    assert scaled.json()["scaling"]["jobs"] == 2
    server.until(before["id"], working(2))
    assert server.call("DELETE", f"clusters/{before['id']}").status_code == 202
    wait_until(lambda: server.clusters() == [], "the list is empty", timeout=60)


def test_two_servers_show_the_same(jupyter: Callable[[], Jupyter]) -> None:
    one, two = jupyter(), jupyter()
    cluster = one.call("POST", "clusters", {"name": "ocean", "backend": "local", "options": SMALL}).json()
    seen = two.until(cluster["id"], working(1))
    assert seen["name"] == "ocean"
    os.kill(seen["controller"]["pid"], signal.SIGKILL)
    one.until(cluster["id"], status("lost"))
    two.until(cluster["id"], status("lost"))
    assert two.call("DELETE", f"clusters/{cluster['id']}").status_code in (202, 204)
    wait_until(lambda: one.clusters() == [], "the other list is empty too", timeout=60)
