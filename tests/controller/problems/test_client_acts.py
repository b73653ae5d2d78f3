"""What clients do to all of a cluster is said in the history and on the card, and leaves it not hanging."""

from __future__ import annotations

import json
import time
from typing import Any

from jupyter_dask_slurm.controller.problems.client_acts import ACTS_COUNT_S, client_acts
from jupyter_dask_slurm.controller.state.state import ClientAct
from jupyter_dask_slurm.protocol.models import Cluster, Record
from tests.controller.conftest import Launch
from tests.controller.process import ControllerProcess

TWO: dict[str, Any] = {"cores": 2, "processes": 2, "memory": "1 GB"}


def _said(controller: ControllerProcess) -> list[tuple[str, str]]:
    lines = (controller.directory / "history.jsonl").read_text().splitlines()
    return [(entry["event"], entry["message"]) for entry in map(json.loads, lines)]


def _has(code: str) -> Any:
    def condition(cluster: Cluster) -> bool:
        return code in {problem.code for problem in cluster.problems}

    return condition


def test_restart_and_a_retired_worker(launch: Launch) -> None:
    controller = launch("local", options=TWO)
    controller.working(jobs=1)
    with controller.client() as client:
        client.restart(timeout=60)
        cluster = controller.until(_has("client_restarted"))
        assert "Client.restart()" in next(p.message for p in cluster.problems if p.code == "client_restarted")
        assert [message for event, message in _said(controller) if event == "restarted"] == [
            "A client has all workers restarted (Client.restart()): what they computed and held is gone."
        ]
        controller.working(jobs=1)

        worker = next(iter(client.scheduler_info()["workers"]))
        client.retire_workers([worker])
        cluster = controller.until(_has("client_retired"))
        (problem,) = (problem for problem in cluster.problems if problem.code == "client_retired")
        assert problem.job_id == "local_0"
        assert "a client retired a worker (Client.retire_workers())" in problem.message
        (message,) = (message for event, message in _said(controller) if event == "retired")
        assert message.startswith("Job local_0: a client retired a worker")
        # What a client did is said as what it is, once.
        assert "lost" not in controller.history

    # Who scales has seen it.
    assert not any(p.code.startswith("client_") for p in controller.scale(0).problems)
    # And what goes by our own doing is nobody else's.
    controller.until(lambda cluster: cluster.workers and cluster.workers.connected == 0)
    assert [event for event, _ in _said(controller)].count("retired") == 1


def test_shutdown_ends_it_soon(launch: Launch) -> None:
    controller = launch("local", options=TWO)
    controller.working(jobs=1)
    client = controller.client()
    began = time.monotonic()
    client.shutdown()
    assert controller.process.wait(60) == 0
    # A connection to the scheduler, which is gone, was tried for 30 s.
    assert time.monotonic() - began < 20
    ended = Record.from_json(json.loads((controller.directory / "record.json").read_text())).cluster.ended
    assert ended is not None
    assert "shut down by a client (Client.shutdown())" in ended.reason
    events = [event for event, _ in _said(controller) if event != "used"]
    assert events[-3:] == ["stopping", "cancelled", "stopped"]
    assert "lost" not in events


def test_it_is_said_for_a_while() -> None:
    acts = [ClientAct(0.0), ClientAct(1.0, "4711_0"), ClientAct(2.0, "4711_1"), ClientAct(3.0, "4711_1")]
    both = client_acts(acts, 10.0)
    assert [(problem.code, problem.job_ids) for problem in both] == [
        ("client_restarted", ()),
        ("client_retired", ("4711_0", "4711_1")),
    ]
    assert client_acts(acts, ACTS_COUNT_S + 3.0) == []
