"""Long work in slices: whatever else waits has its turn between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from jupyter_dask_slurm.system.event_loop.slices import SLICE_S, in_slices


def slow(number: int) -> Iterator[int]:
    for item in range(number):
        until = time.perf_counter() + SLICE_S
        while time.perf_counter() < until:
            pass
        yield item


async def test_others_have_their_turn_after_each_slice() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    found = [(item, turns) async for item in in_slices(slow(5))]
    task.cancel()
    assert [item for item, _ in found] == [0, 1, 2, 3, 4]
    assert [turn for _, turn in found] == [0, 1, 2, 3, 4], "one turn between any two slices"


async def test_what_is_short_is_done_at_once() -> None:
    turns: list[int] = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    assert [item async for item in in_slices([1, 2, 3])] == [1, 2, 3]
    assert turns == []


async def test_errors_come_through() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        assert [item async for item in in_slices(broken())]
