"""What is told to those who listen, and what counts as a change of state."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.controller.publish.publisher import Publisher
from jupyter_dask_slurm.protocol.models import Cluster, Waiting

SAMPLE = Path(__file__).parents[3] / "contract/cluster-running.json"
LATER = "2026-11-20T22:00:00Z"


class Told:
    """A cluster that changes, and what was told of it."""

    def __init__(self) -> None:
        self.now = Cluster.from_json(json.loads(SAMPLE.read_text()))
        self.written: list[Cluster] = []
        self.publisher = Publisher(self._snapshot, self.written.append)
        self._following = self.publisher.follow(quiet_s=60)

    def _snapshot(self) -> Cluster:
        return dataclasses.replace(self.now, updated_at=LATER)

    async def next(self, **changes: object) -> Cluster | None:
        self.now = dataclasses.replace(self.now, **changes)  # type: ignore[arg-type]
        self.publisher.touch()
        return await anext(self._following)


async def after_first(told: Told) -> None:
    """Tell the first state, which the one who follows has had already."""
    await told.next()
    await told.next()


def test_what_slurm_thinks_of_the_queue_is_told_and_is_no_change_of_state() -> None:
    async def story() -> None:
        told = Told()
        await after_first(told)
        heard = await told.next(waiting=Waiting("Resources", "It is next, and waits for nodes."))
        assert heard is not None
        assert heard.waiting is not None
        assert heard.waiting.reason == "Resources"
        assert len(told.written) == 1

    asyncio.run(story())


def test_a_change_of_state_is_told_and_written() -> None:
    async def story() -> None:
        told = Told()
        await after_first(told)
        heard = await told.next(name="sea")
        assert heard is not None
        assert [one.name for one in told.written] == ["ocean", "sea"]

    asyncio.run(story())


@pytest.mark.parametrize(
    "changes",
    [{"cpu_percent": 78.1}, {"waiting": Waiting("Priority", "…", expected_start_at="2026-11-20T22:05:59Z")}],
    ids=["cpu", "seconds of the expected start"],
)
def test_what_a_user_would_not_notice_is_not_told(changes: dict[str, Any]) -> None:
    async def story() -> None:
        told = Told()
        await after_first(told)
        told.now = dataclasses.replace(told.now, **changes)
        told.publisher.close()
        with pytest.raises(StopAsyncIteration):
            await told.next()

    asyncio.run(story())
