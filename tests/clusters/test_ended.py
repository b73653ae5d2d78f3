"""Clusters that ended by themselves: what is shown of them, and for how long."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import os
import signal
import time
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.ending import endings, left_jobs
from jupyter_dask_slurm.clusters.ending.endings import KEPT_S, Endings
from jupyter_dask_slurm.clusters.handle import ClusterHandle
from jupyter_dask_slurm.protocol.errors import MachineFault
from jupyter_dask_slurm.protocol.models import Cluster, Ended, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system.processes import boot_id, hostname
from tests.faults.views import codes
from tests.jupyter.api import Api, status, working
from tests.jupyter.controllers import SMALL
from tests.slurm.client import SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-stopped.json"


async def test_its_jobs_and_logs_are_still_there(slurm: SlurmClient, api: Api, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    options = {**SMALL, "partition": "normal", "walltime": "00:20:00", "log_directory": str(logs)}
    cluster = await api.start(options=options, scaling={"mode": "manual", "jobs": 2})
    path = f"clusters/{cluster['id']}"
    running = await api.until(cluster["id"], working(2), timeout=60)
    before = (await api("GET", f"{path}/jobs")).json
    os.kill(running["controller"]["pid"], signal.SIGTERM)
    stopped = await api.until(cluster["id"], status("stopped"), timeout=60)
    assert stopped["ended"] is not None

    jobs = (await api("GET", f"{path}/jobs")).json
    assert sorted(job["job_id"] for job in jobs) == sorted(job["job_id"] for job in before)
    assert {job["phase"] for job in jobs} == {"ended"}
    log = (await api("GET", f"{path}/jobs/{jobs[0]['job_id']}/log?stream=stderr")).json
    assert Path(log["path"]).parent == logs
    assert "distributed.worker" in log["text"]
    assert (await api("GET", f"{path}/jobs/4711/log")).status == 200

    for name in ("scheduler_address", "idle_since", "closes_at", "expires_at"):
        assert stopped[name] is None, name
    for name in ("threads", "gpus", "memory_bytes", "memory_used_bytes"):
        assert stopped[name] == 0, name
    assert (await api("GET", f"{path}/snippet?kind=portable")).status == 409
    assert (await api("GET", f"{path}/snippet?kind=job_script")).status == 200
    await api.forget(cluster["id"])


async def test_of_one_that_is_lost_the_logs_are_found_too(
    slurm: SlurmClient, api: Api, tmp_path: Path
) -> None:
    options = {**SMALL, "partition": "normal", "log_directory": str(tmp_path)}
    cluster = await api.start(options=options)
    path = f"clusters/{cluster['id']}"
    running = await api.until(cluster["id"], working(1), timeout=60)
    job_id = (await api("GET", f"{path}/jobs")).json[0]["job_id"]
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], status("lost"))
    log = (await api("GET", f"{path}/jobs/{job_id}/log?stream=stderr")).json
    assert "distributed.worker" in log["text"]
    forgotten = await api("DELETE", path)
    assert forgotten.status == 204 or (forgotten.status, forgotten.json["status"]) == (202, "stopping")
    await api.until_gone(cluster["id"], timeout=60)


async def test_without_slurm_here_its_jobs_are_not_forgotten(
    api: Api, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(shared)
    cluster = dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), status="running")
    directory = registry.create(cluster.id)
    (directory / "submissions").mkdir()
    (directory / "submissions" / "0.json").write_text("{}")
    # Of a boot before this one: its controller is dead.
    registry.write(Record(cluster, hostname(), "before", "nonce", "", str(directory), iso_time(), pid=1))
    # As where Jupyter was started again without the module that brings Slurm.
    monkeypatch.setenv("PATH", "/nowhere")
    lost = await api.until(cluster.id, status("lost"))
    said = await api.until(cluster.id, lambda found: bool(found["problems"]))
    assert (lost["status"], said["problems"][-1]["code"]) == ("lost", "slurm_not_asked")
    stopping = await api("DELETE", f"clusters/{cluster.id}")
    assert (stopping.status, stopping.json["status"]) == (202, "stopping")
    assert (directory / "submissions" / "0.json").exists()


async def test_it_is_forgotten_after_its_days_though_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "KEPT_SURE_S", 1.0)
    registry = Registry(tmp_path / "shared")
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    ended = Ended(iso_time(time.time() - KEPT_S + 5), "Idle for one hour.")
    directory = registry.create(cluster.id)
    record = Record(
        dataclasses.replace(cluster, ended=ended), hostname(), boot_id(), "nonce", "", str(directory),
        iso_time(),
    )  # fmt: skip
    registry.write(record)
    dropped = asyncio.Event()
    clusters = ClusterList(registry)
    clusters.dropped.connect(lambda _handle: dropped.set())
    clearing = Endings(registry, clusters)
    clusters.add(record)
    assert registry.ids() == [cluster.id]
    await asyncio.wait_for(dropped.wait(), 60)
    assert registry.ids() == []
    await clearing.close()


async def test_a_fault_of_this_machine_ends_no_cancellation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def cancel(cluster_id: str) -> list[str]:
        asked.append(cluster_id)
        if len(asked) == 1:
            raise MachineFault("There is no memory.")
        return []

    monkeypatch.setattr(left_jobs, "cancel_cluster", cancel)
    cluster = dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), status="lost")
    record = Record(cluster, hostname(), boot_id(), "nonce", "", str(tmp_path / "gone"), iso_time())
    said: list[str] = []
    handle = ClusterHandle(record, Registry(tmp_path), lambda _changed: said.extend(codes(handle.cluster)))
    await left_jobs.cancel_left_jobs(handle)
    assert len(asked) == 2
    assert "slurm_not_asked" in said


async def test_what_waits_for_its_turn_when_jupyter_ends_is_left_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def silence(_handle: ClusterHandle) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(endings, "cancel_left_jobs", silence)
    cluster = dataclasses.replace(Cluster.from_json(json.loads(_SAMPLE.read_text())), status="lost")
    record = Record(cluster, hostname(), boot_id(), "nonce", "", str(tmp_path), iso_time())
    handle = ClusterHandle(record, Registry(tmp_path), lambda _changed: None)
    clearing = Endings(Registry(tmp_path), ClusterList(Registry(tmp_path)))
    clearing.cancel_orphan(handle)
    clearing.cancel_orphan(handle)
    await asyncio.wait_for(begun.wait(), 60)
    await clearing.close()
    del clearing
    gc.collect()  # warns of what was never begun; warnings are errors
