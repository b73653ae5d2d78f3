"""Clusters outlive the Jupyter server, however it ends; every server of the user shows the same ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.server.api import status, working
from tests.server.conftest import SMALL
from tests.slurm.client import wait_until


class Jupyter:
    """A Jupyter server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "jupyter.log").open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter_server",
                "--allow-root",
                "--port=0",
                "--no-browser",
                "--IdentityProvider.token=secret",
                "--ServerApp.jpserver_extensions={'jupyter_dask_slurm': True}",
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        info = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{self.process.pid}.json"
        wait_until(
            lambda: info.exists() and info.stat().st_size > 0, "Jupyter has written where it is", timeout=30
        )
        import json

        self._url = json.loads(info.read_text())["url"] + "dask-slurm/api/"
        wait_until(self._answers, "Jupyter answers", timeout=30)

    def _answers(self) -> bool:
        try:
            return self.call("GET", "clusters").ok
        except requests.ConnectionError:
            return False

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Call the REST contract."""
        return requests.request(
            method, self._url + path, json=body, headers={"Authorization": "token secret"}, timeout=30
        )

    def clusters(self) -> list[dict[str, Any]]:
        """Return the list."""
        return self.call("GET", "clusters").json()  # type: ignore[no-any-return]

    def until(self, cluster_id: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the cluster as soon as `condition` holds for it."""
        found: list[dict[str, Any]] = []

        def holds() -> bool:
            found[:] = [cluster for cluster in self.clusters() if cluster["id"] == cluster_id]
            return bool(found) and condition(found[0])

        wait_until(holds, f"{cluster_id} as wanted", timeout=40)
        return found[0]

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        self.process.wait(20)
        self._log.close()


@pytest.fixture
def jupyter(tmp_path: Path, no_controller_is_left: None) -> Iterator[Callable[[], Jupyter]]:
    """Start Jupyter servers; all have ended when the test has."""
    started: list[Jupyter] = []

    def start() -> Jupyter:
        started.append(Jupyter(tmp_path))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


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
    wait_until(lambda: second.clusters() == [], "the list is empty", timeout=20)


def test_two_servers_show_the_same(jupyter: Callable[[], Jupyter]) -> None:
    one, two = jupyter(), jupyter()
    cluster = one.call("POST", "clusters", {"name": "ocean", "backend": "local", "options": SMALL}).json()
    seen = two.until(cluster["id"], working(1))
    assert seen["name"] == "ocean"
    os.kill(seen["controller"]["pid"], signal.SIGKILL)
    one.until(cluster["id"], status("lost"))
    two.until(cluster["id"], status("lost"))
    assert two.call("DELETE", f"clusters/{cluster['id']}").status_code == 204
    wait_until(lambda: one.clusters() == [], "the other list is empty too", timeout=20)


def test_controller_that_died_while_no_jupyter_ran(jupyter: Callable[[], Jupyter]) -> None:
    first = jupyter()
    cluster = first.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    running = first.until(cluster["id"], working(1))
    first.end(signal.SIGKILL)
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    lost = jupyter().until(cluster["id"], status("lost"))
    assert lost["error"]["reason"] == "ControllerLost"
