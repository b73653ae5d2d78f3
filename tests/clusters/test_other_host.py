"""A second login node: the same home directory, another host name. Its Jupyter shows and stops, no more."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.contact import heartbeat
from jupyter_dask_slurm.clusters.contact.heartbeat import Heartbeat
from jupyter_dask_slurm.clusters.ending.endings import Endings
from jupyter_dask_slurm.clusters.following import afar
from jupyter_dask_slurm.protocol.models import Cluster, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.processes import hostname, is_alive
from tests.jupyter.api import status, working
from tests.jupyter.contract import contract
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import SlurmClient, wait_until

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"
# A UTS namespace has a host name of its own (uts_namespaces(7)); exec keeps the process id.
OTHER_HOST = ("unshare", "--uts", "sh", "-c", 'hostname login2 && exec "$@"', "login2")

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a UTS namespace")


def test_seen_from_another_login_node(jupyter: Callable[..., Jupyter], shared: Path) -> None:
    here, there = jupyter(), jupyter(OTHER_HOST)
    cluster = here.call("POST", "clusters", {"name": "ocean", "backend": "local", "options": SMALL}).json()
    near = here.until(cluster["id"], working(1))
    far = there.until(cluster["id"], working(1))
    contract().validate("Cluster", far)
    assert far["controller"] == {**near["controller"], "reachable": False, "channel": None}
    assert (near["controller"]["hostname"], far["status"]) == (hostname(), "running")
    live = ("workers", "threads", "gpus", "memory_bytes", "memory_used_bytes", "cpu_percent", "tasks")
    assert [far[name] for name in (*live, "core_hours")] == [None] * 8

    path = f"clusters/{cluster['id']}"
    for method, where, body in (
        ("PATCH", path, {"scaling": {"mode": "manual", "jobs": 2}}),
        ("GET", f"{path}/jobs", None),
        ("DELETE", f"{path}/jobs/local_0", None),
    ):
        answer = there.call(method, where, body)
        assert (answer.status_code, answer.json()["reason"]) == (503, "ControllerUnreachable"), answer.text
        assert hostname() in answer.json()["message"]
    assert "Scheduler" in there.call("GET", f"{path}/log").json()["text"]
    assert here.clusters()[0]["scaling"] == {"mode": "manual", "jobs": 1}


def test_stopped_from_another_login_node(jupyter: Callable[..., Jupyter], shared: Path) -> None:
    here, there = jupyter(), jupyter(OTHER_HOST)
    cluster = here.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    here.until(cluster["id"], working(1))
    there.until(cluster["id"], working(1))
    record = Registry(shared).read(cluster["id"])
    assert record.pid is not None
    stopping = there.call("DELETE", f"clusters/{cluster['id']}")
    assert (stopping.status_code, stopping.json()["status"]) == (202, "stopping")
    assert there.until(cluster["id"], status("stopping"))
    pid, started = record.pid, record.start_time
    wait_until(lambda: not is_alive(pid, started), "the controller has ended", timeout=60)
    wait_until(lambda: there.clusters() == here.clusters() == [], "both lists are empty", timeout=60)
    assert list((shared / "clusters").iterdir()) == []


def test_restart_elsewhere_that_cannot_ask_the_old_one_to_stop(
    jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    here, there = jupyter(), jupyter(OTHER_HOST)
    cluster = here.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    here.until(cluster["id"], working(1))
    there.until(cluster["id"], working(1))
    (shared / "clusters" / cluster["id"] / "requests").touch()  # where the directory of requests should be
    answer = there.call("POST", f"clusters/{cluster['id']}/restart", {})
    assert (answer.status_code, answer.json()["reason"]) == (503, "StorageUnavailable"), answer.text

    def both_list_it_alone() -> bool:
        lists = [[(one["id"], one["status"]) for one in server.clusters()] for server in (here, there)]
        return lists == [[(cluster["id"], "running")]] * 2

    wait_until(both_list_it_alone, "both list the old one, which runs, and no other", timeout=60)


@pytest.mark.nightly
def test_another_login_node_that_is_dead(
    slurm: SlurmClient, jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    there = jupyter(OTHER_HOST)
    cluster = there.call("POST", "clusters", {"options": {**SMALL, "partition": "normal"}}).json()
    there.until(cluster["id"], working(1))
    registry = Registry(shared)
    record = registry.read(cluster["id"])
    assert record.hostname == "login2"
    assert record.pid is not None
    there.end(signal.SIGKILL)
    os.kill(record.pid, signal.SIGKILL)
    # Three minutes without a heartbeat, in no time.
    long_ago = iso_time(time.time() - 200)
    registry.write(dataclasses.replace(record, heartbeat_at=long_ago))

    here = jupyter()
    assert here.until(cluster["id"], status("running"))["updated_at"] == long_ago
    assert here.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    wait_until(lambda: here.clusters() == [], "the list is empty", timeout=90)
    assert slurm.jobs_of(cluster["id"]) == {}
    assert list((shared / "clusters").iterdir()) == []


async def test_a_controller_that_dies_after_it_was_asked_to_stop(shared: Path) -> None:
    registry = Registry(shared)
    record = _of_another_host(registry)
    clusters = ClusterList(registry)
    endings = Endings(registry, clusters)
    handle = clusters.add(record)
    assert (await endings.stop_from_afar(handle)).status == "stopping"
    # Its last heartbeat is some seconds too young for it to be taken for dead at once.
    assert registry.ids() == [handle.id]
    await asyncio.wait_for(handle.gone.wait(), 60)
    assert registry.ids() == []
    # Asked once more while or after that, nothing is made again.
    await endings.stop_from_afar(handle)
    assert registry.ids() == []
    await endings.close()
    await clusters.close()


async def test_a_silent_controller_is_said_and_taken_back_and_can_be_stopped(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afar, "INTERVAL_S", 0.05)
    monkeypatch.setattr(heartbeat, "BETWEEN_LOOKS_S", 0.5)
    registry = Registry(shared)
    record = _of_another_host(registry)
    path = shared / "clusters" / record.cluster.id / "record.json"
    changed = asyncio.Event()
    clusters = ClusterList(registry)
    clusters.moved.connect(lambda _handle: changed.set())
    handle = clusters.add(record)
    handle.heartbeat = Heartbeat(record.heartbeat_at, 1.0, 1.0)

    async def until_problems_are(codes: list[str]) -> None:
        while [problem.code for problem in handle.cluster.problems] != codes:
            changed.clear()
            await asyncio.wait_for(changed.wait(), 30)

    await until_problems_are(["controller_silent"])
    said = handle.cluster
    assert (said.status, said.controller.reachable) == ("running", False), "it may live on, cut off"
    assert "login7, has written nothing for 3 minutes" in said.problems[0].message
    assert "stop the cluster" in said.problems[0].advice
    contract().validate("Cluster", said.to_json())
    # It goes on; then the disk does not show its record, which says nothing of the controller.
    registry.write(record)
    await until_problems_are([])
    path.rename(path.with_suffix(".away"))
    changed.clear()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(changed.wait(), 3)
    path.with_suffix(".away").rename(path)
    await until_problems_are(["controller_silent"])
    # Stopped, it need not be watched once more.
    endings = Endings(registry, clusters)
    await endings.stop_from_afar(handle)
    await asyncio.wait_for(handle.gone.wait(), 5)
    assert registry.ids() == []
    await endings.close()
    await clusters.close()


def _of_another_host(registry: Registry) -> Record:
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    cluster = dataclasses.replace(cluster, backend="local", problems=())
    written_at = iso_time(time.time() - heartbeat.HEARTBEAT_LIMIT_S + 5)
    directory = str(registry.create(cluster.id))
    record = Record(cluster, "login7", "another boot", "nonce", "/nowhere/s", directory, written_at)
    registry.write(record)
    return record
