"""What browsers are told without asking, on Jupyter's own event socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from tests.jupyter.api import Api
from tests.jupyter.contract import contract
from tests.jupyter.controllers import SMALL

SCHEMA = "https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1"


class Told:
    """All events of our schema that have come so far."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self._socket = socket
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """Listen no longer."""
        self._socket.close()

    async def until(self, condition: Callable[[dict[str, Any]], bool], timeout: float = 30) -> dict[str, Any]:
        """Return the first further event for which `condition` holds."""
        while True:
            text = await asyncio.wait_for(self._socket.read_message(), timeout)
            assert isinstance(text, str)
            event = json.loads(text)
            if event.pop("schema_id") != SCHEMA:
                continue
            event = {key: value for key, value in event.items() if not key.startswith("__")}
            contract().validate("ClusterEvent", event)
            self.events.append(event)
            if condition(event):
                return event


Subscribe = Callable[..., Awaitable[WebSocketClientConnection]]


def _has(status: str) -> Callable[[dict[str, Any]], bool]:
    return lambda event: event["cluster"] is not None and event["cluster"]["status"] == status


async def test_the_life_of_a_cluster_in_its_order(api: Api, jp_ws_fetch: Subscribe) -> None:
    told = Told(await jp_ws_fetch("api", "events", "subscribe"))
    cluster = await api.start(backend="local", options=SMALL)
    first = await told.until(lambda event: True)
    assert (first["action"], first["cluster_id"], first["cluster"]) == ("changed", cluster["id"], cluster)
    await told.until(lambda event: event["cluster"]["jobs"]["working"] == 1)

    scaled = await api("PATCH", f"clusters/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": 0}})
    event = await told.until(lambda event: event["cluster"]["scaling"]["jobs"] == 0)
    assert event["cluster"]["scaling"] == scaled.json["scaling"]

    await api("DELETE", f"clusters/{cluster['id']}")
    await told.until(_has("stopping"))
    removed = await told.until(lambda event: event["action"] == "removed")
    assert removed == {"action": "removed", "cluster_id": cluster["id"], "cluster": None, "translations": {}}

    assert {event["cluster_id"] for event in told.events} == {cluster["id"]}
    statuses = [event["cluster"]["status"] for event in told.events[:-1]]
    order = ["starting", "running", "stopping"]
    assert statuses == sorted(statuses, key=order.index)
    assert set(statuses) == set(order)
    told.close()


async def test_nothing_is_said_while_nothing_changes(api: Api, jp_ws_fetch: Subscribe) -> None:
    told = Told(await jp_ws_fetch("api", "events", "subscribe"))
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    await told.until(_has("running"))
    with pytest.raises(asyncio.TimeoutError):
        await told.until(lambda event: event["cluster"]["id"] != cluster["id"], timeout=6)
    # What came late of the start is told; after that, silence.
    assert len(told.events) <= 4
    told.close()
