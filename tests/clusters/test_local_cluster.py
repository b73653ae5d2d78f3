"""The life of a cluster on the local backend, through REST, with a real controller."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters import restart as restarts
from jupyter_dask_slurm.clusters.following import here as attach
from jupyter_dask_slurm.connection import connect
from jupyter_dask_slurm.protocol.models import Cluster, Job
from jupyter_dask_slurm.registry import Registry
from tests.jupyter.api import Api, status, working
from tests.jupyter.controllers import SMALL


def _socket(shared: Path, cluster_id: str) -> Path:
    return Path(Registry(shared).read(cluster_id).socket)


async def test_from_start_to_stop(api: Api, shared: Path) -> None:
    answer = await api("POST", "clusters", {"name": "ocean", "backend": "local", "options": SMALL})
    assert answer.status == 201, answer.text
    cluster_id = answer.json["id"]
    assert answer.headers["Location"].endswith(f"/dask-slurm/api/clusters/{cluster_id}")
    assert answer.json["status"] == "starting"
    assert answer.json["scaling"] == {"mode": "manual", "jobs": 1}
    assert Cluster.from_json(answer.json).to_json() == answer.json

    running = await api.until(cluster_id, working(1))
    assert running["status"] == "running"
    assert running["scheduler_address"].startswith("tls://")
    assert running["controller"]["reachable"]
    assert running["workers"] == {"connected": 1, "expected": 1}
    assert running["options"].keys() == answer.json["options"].keys()

    scaled = await api("PATCH", f"clusters/{cluster_id}", {"scaling": {"mode": "manual", "jobs": 2}})
    assert (scaled.status, scaled.json["scaling"]) == (200, {"mode": "manual", "jobs": 2})
    await api.until(cluster_id, working(2))
    jobs = await api("GET", f"clusters/{cluster_id}/jobs")
    assert [job["job_id"] for job in jobs.json] == ["local_0", "local_1"]
    assert all(Job.from_json(job).to_json() == job for job in jobs.json)

    await _check_progress(api, cluster_id)

    socket = _socket(shared, cluster_id)
    assert socket.is_socket()
    stopping = await api("DELETE", f"clusters/{cluster_id}")
    assert (stopping.status, stopping.json["status"]) == (202, "stopping")
    assert (await api("DELETE", f"clusters/{cluster_id}")).status == 202
    late = await api("PATCH", f"clusters/{cluster_id}", {"scaling": {"mode": "manual", "jobs": 3}})
    assert (late.status, late.json["reason"]) == (409, "WrongState")
    await api.until_gone(cluster_id)
    assert (await api("GET", "clusters")).json == []
    assert list((shared / "clusters").iterdir()) == []
    assert not socket.parent.exists()


async def _check_progress(api: Api, cluster_id: str) -> None:
    """Have a client ask for tasks; how far they are is told of this client, and of its newest alone."""
    path = f"clusters/{cluster_id}/progress"
    client = await asyncio.to_thread(connect, "ocean")
    try:
        await asyncio.to_thread(client.gather, client.map(abs, range(20)))
        told = await api("GET", f"{path}?client={client.id}")
        assert told.json == {"tasks": 20, "done": 20, "failed": 0, "running": 0}
        lately, others = f"{path}?client={client.id}&within_ms=0", f"{path}?client=Client-of-nobody"
        for query in (lately, others):
            assert (await api("GET", query)).json == {"tasks": 0, "done": 0, "failed": 0, "running": 0}
        for query, field in (("", "client"), ("?client=c&within_ms=-1", "within_ms")):
            answer = await api("GET", f"{path}{query}")
            assert (answer.status, answer.json["field"]) == (400, field)
    finally:
        await asyncio.to_thread(client.close)


async def test_scale_right_after_start(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    answer = await api("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "workers": 1}})
    assert (answer.status, answer.json["scaling"]) == (200, {"mode": "manual", "jobs": 1})
    await api.until(cluster["id"], working(1))


async def test_stop_right_after_start(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    answer = await api("DELETE", f"clusters/{cluster['id']}")
    assert (answer.status, answer.json["status"]) == (202, "stopping")
    await api.until_gone(cluster["id"])


async def test_names(api: Api) -> None:
    first = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    assert first["name"] == "dask-1"
    taken = await api("POST", "clusters", {"name": "dask-1", "backend": "local"})
    assert (taken.status, taken.json["reason"], taken.json["field"]) == (409, "NameTaken", "name")
    renamed = await api("PATCH", f"clusters/{first['id']}", {"name": "ocean 2"})
    assert (renamed.status, renamed.json["name"], renamed.json["id"]) == (200, "ocean 2", first["id"])
    same = await api("PATCH", f"clusters/{first['id']}", {"name": "ocean 2"})
    assert same.status == 200


async def test_logs_history_and_unknown_jobs(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], working(1))
    log = await api("GET", f"{path}/log?lines=2")
    assert log.status == 200
    assert len(log.json["text"].splitlines()) == 2
    assert log.json["truncated"]
    history = (await api("GET", f"{path}/history")).json
    assert {"time", "event", "message"} == history[0].keys()
    assert [entry["event"] for entry in history][:2] == ["created", "started"]
    assert "connected" in [entry["event"] for entry in history]
    assert (await api("GET", f"{path}/jobs/local_0/log?stream=stderr")).status == 200
    for job_id in ("local_7", "4711_3", "..%2fkey.pem", "nonsense"):
        missing = await api("GET", f"{path}/jobs/{job_id}/log")
        assert (missing.status, missing.json["reason"]) == (404, "JobNotFound"), job_id
        assert (await api("DELETE", f"{path}/jobs/{job_id}")).status == 404, job_id
    assert (await api("GET", f"{path}/log?lines=-1")).status == 400
    assert (await api("GET", f"{path}/jobs/local_0/log?stream=secrets")).status == 400


async def test_cancel_one_job(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 2})
    await api.until(cluster["id"], working(2))
    answer = await api("DELETE", f"clusters/{cluster['id']}/jobs/local_0")
    assert (answer.status, answer.json["job_id"]) == (202, "local_0")
    left = await api.until(cluster["id"], working(1))
    assert left["scaling"] == {"mode": "manual", "jobs": 1}


async def test_lost_controller_is_noticed_and_forgotten(api: Api, shared: Path) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    running = await api.until(cluster["id"], working(1))
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    lost = await api.until(cluster["id"], status("lost"))
    assert lost["error"]["reason"] == "ControllerLost"
    assert "Scheduler" in lost["error"]["details"]
    assert not lost["controller"]["reachable"]
    socket = _socket(shared, cluster["id"])
    await _until(lambda: not socket.parent.exists())
    assert (await api("PATCH", f"clusters/{cluster['id']}", {"name": "x"})).status == 409
    assert (await api("GET", f"clusters/{cluster['id']}/jobs")).json == []
    await api.forget(cluster["id"])
    assert list((shared / "clusters").iterdir()) == []


async def test_restart_with_changes(api: Api, shared: Path) -> None:
    old = await api.start(name="ocean", backend="local", options=SMALL)
    await api.until(old["id"], working(1))
    answer = await api("POST", f"clusters/{old['id']}/restart", {"options": {"memory": "400 MB"}})
    assert answer.status == 201, answer.text
    new = answer.json
    assert new["status"] == "starting"
    assert new["controller"]["pid"] is None
    assert (new["name"], new["replaces"]) == ("ocean", old["id"])
    assert new["id"] != old["id"]
    assert (new["options"]["memory"], new["options"]["cores"]) == ("400 MB", 1)
    assert [cluster["id"] for cluster in (await api("GET", "clusters")).json] == [new["id"]]
    scaled = await api("PATCH", f"clusters/{new['id']}", {"scaling": {"mode": "manual", "jobs": 2}})
    assert (scaled.status, scaled.json["scaling"]["jobs"]) == (200, 2)
    await api.until(new["id"], working(2))
    assert [path.name for path in (shared / "clusters").iterdir()] == [new["id"]]


@pytest.fixture
def no_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test does ends the wait of a restart, however slow the machine is."""
    monkeypatch.setattr(restarts, "PATIENCE_S", 600.0)
    monkeypatch.setattr(attach, "LAUNCH_LIMIT_S", 600.0)
    monkeypatch.setattr(attach, "STOPPED_LAUNCH_LIMIT_S", 600.0)


async def test_the_new_one_waits_until_the_old_one_is_gone(
    no_patience_ends: None, api: Api, shared: Path
) -> None:
    old = await api.start(name="ocean", backend="local", options=SMALL)
    running = await api.until(old["id"], working(1))
    os.kill(running["controller"]["pid"], signal.SIGSTOP)
    new = (await api("POST", f"clusters/{old['id']}/restart")).json
    await asyncio.sleep(2)
    waiting = (await api("GET", f"clusters/{new['id']}")).json
    assert (waiting["status"], waiting["controller"]["pid"]) == ("starting", None)
    assert not _socket(shared, new["id"]).exists()
    os.kill(running["controller"]["pid"], signal.SIGCONT)
    await api.until(new["id"], working(1))
    assert [path.name for path in (shared / "clusters").iterdir()] == [new["id"]]


async def test_a_restart_that_is_stopped_while_it_waits(
    no_patience_ends: None, api: Api, shared: Path
) -> None:
    old = await api.start(name="ocean", backend="local", options=SMALL)
    running = await api.until(old["id"], working(1))
    os.kill(running["controller"]["pid"], signal.SIGSTOP)
    new = (await api("POST", f"clusters/{old['id']}/restart")).json
    assert (await api("DELETE", f"clusters/{new['id']}")).status == 202
    await api.until_gone(new["id"])
    os.kill(running["controller"]["pid"], signal.SIGCONT)
    await _until(lambda: list((shared / "clusters").iterdir()) == [])


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_controller_that_cannot_start(api: Api) -> None:
    cluster = await api.start(
        backend="local", options={**SMALL, "scheduler_options": {"host": "no-such-host.invalid"}}
    )
    failed = await api.until(cluster["id"], status("failed"))
    assert failed["error"]["message"].endswith((".", "known", "service"))
    assert failed["ended"] is None
    await api.forget(cluster["id"])
