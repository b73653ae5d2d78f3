"""What a look at Dask's own scheduler sees, and how little it looks at."""

from __future__ import annotations

import asyncio
from collections import UserDict
from types import SimpleNamespace
from typing import Any

import numpy as np
from distributed import Client, Event, LocalCluster

from jupyter_dask_slurm.controller.hints.look import look


def chunk(_number: int) -> np.ndarray[Any, Any]:
    return np.ones(125_000)


def wait(began: Event, go: Event) -> None:
    began.set()
    go.wait()


def test_a_look_at_a_scheduler_that_works() -> None:
    async def story() -> None:
        async with (
            LocalCluster(
                n_workers=1,
                threads_per_worker=2,
                processes=False,
                memory_limit="4 GB",
                dashboard_address=None,
                asynchronous=True,
            ) as cluster,
            Client(cluster, asynchronous=True) as client,
        ):
            results = client.map(chunk, range(4))
            quick = client.map(lambda number: number, range(100), pure=False)
            await client.gather([*results, *quick])
            began, go = Event("began", client=client), Event("go", client=client)
            waiting = client.submit(wait, began, go)
            await began.wait()
            reading = look(cluster.scheduler, 0.3, 17.0)
            assert (reading.at, reading.loop_s, reading.busy) == (17.0, 0.3, True)
            assert (reading.threads, reading.occupied) == (2, 1)
            assert (reading.worker_threads, reading.worker_bytes) == (2, 4 * 10**9)
            assert 0 < reading.fullest_bytes < reading.fullest_limit_bytes == 4 * 10**9
            assert reading.done == 104
            assert 100 <= reading.short_done <= 104
            assert reading.short_s < 104 * 0.1
            assert reading.chunks is not None
            assert reading.chunks.name == "chunk"
            assert 10**6 <= reading.chunks.each_bytes < 1.01 * 10**6
            assert reading.managed_bytes >= 4 * 10**6
            await go.set()
            await waiting

    asyncio.run(story())


class _Tasks(UserDict[str, Any]):
    """The scheduler's tasks, which nobody may walk over: there may be a million."""

    def __iter__(self) -> Any:
        raise AssertionError("walked over all tasks")


def test_no_look_walks_over_the_tasks() -> None:
    scheduler: Any = SimpleNamespace(workers={}, task_prefixes={}, task_groups={}, tasks=_Tasks())
    reading = look(scheduler, 0.0, 1.0)
    assert (reading.busy, reading.fullest_share, reading.chunks) == (False, 0.0, None)
