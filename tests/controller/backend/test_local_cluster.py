"""The controller's whole life on the local backend."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil

from jupyter_dask_slurm.protocol.models import WorkerCounts
from tests.controller.conftest import Launch
from tests.controller.process import TWO_WORKERS, ControllerProcess


def test_from_launch_to_a_result_and_to_nothing_left(launch: Launch) -> None:
    controller = launch("local", options=TWO_WORKERS, scaling={"mode": "manual", "workers": 3})
    cluster = controller.working(jobs=2)
    assert cluster.scaling.to_json() == {"mode": "manual", "jobs": 2}
    assert cluster.workers == WorkerCounts(connected=4, expected=4)
    with controller.client() as client:
        assert client.submit(sum, range(10)).result(timeout=30) == 45
    assert [job.job_id for job in controller.jobs] == ["local_0", "local_1"]
    assert {job.phase for job in controller.jobs} == {"working"}
    controller.scale(1)
    assert controller.working(jobs=1).workers == WorkerCounts(connected=2, expected=2)
    assert controller.stop() == 0
    record = controller.record.cluster
    assert (record.status, record.ended, record.jobs.plan) == ("stopped", None, 0)


def test_answers_carry_the_nonce_and_the_stated_errors(launch: Launch) -> None:
    controller = launch("local", scaling={"mode": "manual", "jobs": 0})
    controller.until(lambda c: c.status == "running")
    assert controller.request("GET", "/control/cluster")[1]["nonce"] == controller.spec.nonce
    for body, field in (
        ({"scaling": {"mode": "manual", "jobs": -1}}, "scaling.jobs"),
        ({"scaling": {"mode": "manual", "jobs": "2"}}, "scaling.jobs"),
        ({"scaling": {"mode": "manual", "memory": "lots"}}, "scaling.memory"),
        ({"colour": "red"}, "colour"),
    ):
        status, error = controller.request("PATCH", "/control/cluster", body)
        assert (status, error["reason"], error["field"]) == (400, "InvalidRequest", field)
    assert controller.request("DELETE", "/control/jobs/local_7")[0] == 404
    assert controller.request("GET", "/control/nothing")[0] == 404


def test_cancelling_one_job_lowers_the_plan(launch: Launch) -> None:
    controller = launch("local", scaling={"mode": "manual", "jobs": 2})
    controller.working(jobs=2)
    status, job = controller.request("DELETE", "/control/jobs/local_0")
    assert (status, job["job_id"]) == (202, "local_0")
    cluster = controller.working(jobs=1)
    assert cluster.scaling.jobs == 1
    assert [j.job_id for j in controller.jobs if j.phase == "working"] == ["local_1"]


def test_a_signal_ends_it_cleanly_and_says_so(launch: Launch) -> None:
    controller = launch("local")
    controller.working(jobs=1)
    controller.process.send_signal(signal.SIGTERM)
    assert controller.process.wait(60) == 0
    cluster = controller.record.cluster
    assert cluster.status == "stopped"
    assert cluster.ended is not None
    assert "signal" in cluster.ended.reason
    assert not Path(controller.spec.socket).exists()


def test_a_start_that_fails_is_told_in_the_record(launch: Launch) -> None:
    controller = launch("local", options={"cores": 1, "processes": 1, "memory": "1 GB", "interface": "none7"})
    assert controller.process.wait(60) == 1
    cluster = controller.record.cluster
    assert cluster.status == "failed"
    assert cluster.error is not None
    assert "none7" in cluster.error.message


def test_a_removed_socket_comes_back(launch: Launch) -> None:
    controller = launch("local", scaling={"mode": "manual", "jobs": 0})
    controller.until(lambda c: c.status == "running")
    path = Path(controller.spec.socket)
    path.unlink()
    path.parent.rmdir()
    assert controller.until(lambda c: c.status == "running").id == controller.spec.cluster_id
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_nothing_of_http_is_open_to_the_network(launch: Launch) -> None:
    controller = launch("local")
    controller.working(jobs=1)
    listening = _listening(controller)
    scheduler_port = (controller.cluster.scheduler_address or "").rpartition(":")[2]
    assert scheduler_port in {address.rpartition(":")[2] for address in listening}
    assert all(address.startswith("127.0.0.1:") for address in listening), listening


def _listening(controller: ControllerProcess) -> set[str]:
    """Return where processes of the controller's session listen."""
    session = controller.process.pid
    found: set[str] = set()
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == session:
                connections = process.net_connections("tcp")
                found |= {
                    f"{c.laddr.ip}:{c.laddr.port}" for c in connections if c.status == psutil.CONN_LISTEN
                }
    return found
