"""Pauses that grow, and tasks that somebody owns."""

from __future__ import annotations

import asyncio
import logging

import pytest

from jupyter_dask_slurm.protocol.errors import SlurmUnreachable
from jupyter_dask_slurm.system.event_loop.background import Background
from jupyter_dask_slurm.system.event_loop.backoff import Backoff, grown_s


def test_each_pause_is_longer_until_the_limit() -> None:
    pauses = Backoff(2, 30)
    assert [pauses.next_s() for _ in range(6)] == [2, 4, 8, 16, 30, 30]
    assert pauses.times == 6
    assert pauses.next_s(5) == 5
    pauses.reset()
    assert [pauses.next_s() for _ in range(2)] == [2, 4]
    slower = Backoff(0.05, 0.1, factor=1.5)
    assert [slower.next_s() for _ in range(4)] == [0.05, pytest.approx(0.075), 0.1, 0.1]


@pytest.mark.parametrize("times", [1023, 1024, 10**9])
def test_a_pause_after_any_number_of_others_is_a_number(times: int) -> None:
    assert grown_s(2.0, times, 300.0) == 300


@pytest.fixture
def background() -> Background:
    return Background()


async def test_a_task_is_held_until_it_has_ended(background: Background) -> None:
    done = asyncio.Event()
    background.begin(done.wait())
    finished = asyncio.create_task(background.finish())
    await asyncio.sleep(0)
    assert [background.begun, background.runs, finished.done()] == [True, True, False]
    done.set()
    await finished
    assert not background.runs


async def test_all_have_ended_also_one_that_swallows_its_cancellation(background: Background) -> None:
    ends = []

    async def stubborn() -> None:
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ends.append("cancelled")

    background.begin(stubborn())
    background.begin(asyncio.Event().wait())
    await asyncio.sleep(0)
    await background.end()
    assert ends == ["cancelled", "cancelled"]
    assert not background.runs


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (SlurmUnreachable("Slurm does not answer."), logging.WARNING),
        (RuntimeError("nobody knew"), logging.ERROR),
    ],
)
async def test_what_goes_wrong_is_said_once(
    background: Background, caplog: pytest.LogCaptureFixture, error: Exception, level: int
) -> None:
    async def fail() -> None:
        raise error

    background.begin(fail())
    await background.finish()
    await asyncio.sleep(0)
    [said] = [record for record in caplog.records if record.name.startswith("jupyter_dask_slurm")]
    assert said.levelno == level
    assert str(error) in f"{said.getMessage()} {said.exc_text or said.exc_info}"
