"""As many jobs as fit below a limit that nobody tells, by few calls."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_dask_slurm.controller.backend.fitting import Room
from jupyter_dask_slurm.protocol.errors import SlurmNotYet


class Limited:
    """A Slurm that takes so many jobs, and a batch of them wholly or not at all."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.calls = 0
        self.taken: list[int] = []

    async def send(self, jobs: Sequence[int]) -> None:
        """Take `jobs`, or refuse them."""
        self.calls += 1
        if len(jobs) > self.free:
            raise SlurmNotYet("full", in_part=True)
        self.free -= len(jobs)
        self.taken += jobs


async def try_all(room: Room, slurm: Limited, jobs: list[int]) -> None:
    """Send `jobs`; those that do not fit are left."""
    try:
        await room.fill(jobs, slurm.send)
    except SlurmNotYet:
        assert len(slurm.taken) < len(jobs)


@pytest.mark.parametrize("wanted", [1, 2, 3, 5, 8, 37])
async def test_all_that_fit_are_taken_in_their_order(wanted: int) -> None:
    for free in range(wanted + 2):
        slurm = Limited(free)
        await try_all(Room(), slurm, list(range(wanted)))
        assert slurm.taken == list(range(min(free, wanted)))
        assert slurm.calls <= math.ceil(math.log2(wanted)) + 2


@given(first=st.integers(0, 40), more=st.integers(0, 40), wanted=st.integers(1, 60))
def test_a_second_try_takes_all_that_fit_too(first: int, more: int, wanted: int) -> None:
    async def twice() -> None:
        room, slurm = Room(), Limited(first)
        await try_all(room, slurm, list(range(wanted)))
        slurm.free += more
        rest = list(range(len(slurm.taken), wanted))
        calls = slurm.calls
        if rest:
            try:
                await room.fill(rest, slurm.send)
            except SlurmNotYet:
                assert slurm.free == 0
            if more == 0:
                assert slurm.calls == calls + 1
        assert slurm.taken == list(range(min(wanted, first + more)))

    asyncio.run(twice())


async def test_what_is_not_about_their_number_is_tried_once() -> None:
    calls = 0

    async def closed(_jobs: Sequence[int]) -> None:
        nonlocal calls
        calls += 1
        raise SlurmNotYet("closed")

    with pytest.raises(SlurmNotYet):
        await Room().fill(range(9), closed)
    assert calls == 1
