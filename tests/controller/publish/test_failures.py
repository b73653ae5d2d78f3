"""What failed tasks failed of: exception, function, worker, node."""

from __future__ import annotations

import asyncio
import dataclasses
from types import SimpleNamespace
from typing import Any

from distributed import Client, LocalCluster, Worker, wait

from jupyter_dask_slurm.controller.publish.failures import _failure, failures
from jupyter_dask_slurm.controller.state.jobs import JobTable, SlurmView
from jupyter_dask_slurm.protocol.models import TaskFailure


def invert(number: int) -> float:
    return 1 / number


def pick(number: int) -> int:
    return [1][number]


def test_of_several_workers_always_the_same_one_is_named() -> None:
    workers = {f"tcp://n{at}": SimpleNamespace(name=f"c-{at}") for at in range(8)}
    tasks: Any = [SimpleNamespace(erred_on=set(workers))]
    scheduler: Any = SimpleNamespace(workers=workers)
    assert _failure("f", "E()", tasks, scheduler, JobTable("c", 1)).worker == "c-0"


def test_failures_are_told_by_function_and_exception_as_long_as_somebody_wants_the_result() -> None:
    async def story() -> None:
        table = JobTable("c", 1)
        job = table.new(0.0)
        job.job_id, job.seen = "4711_0", SlurmView("RUNNING", node="n[1-1]")
        async with (
            LocalCluster(n_workers=0, processes=False, dashboard_address=":0", asynchronous=True) as cluster,
            Client(cluster, asynchronous=True) as client,
        ):
            scheduler = cluster.scheduler
            assert failures(scheduler, table) == ()
            async with Worker(cluster.scheduler_address, name=job.workers[0], nthreads=1):
                inverted = client.map(invert, [0, 0, 1], key=["invert-1", "invert-2", "invert-3"])
                needing = client.submit(sum, inverted)
                await wait([*inverted, needing])
                picked = client.submit(pick, 2)
                await wait([picked])
                divided = TaskFailure(
                    "invert", "ZeroDivisionError('division by zero')", 2, job.workers[0], "n1", "4711_0"
                )
                index = dataclasses.replace(
                    divided, function="pick", exception="IndexError('list index out of range')", tasks=1
                )
                assert failures(scheduler, table) == (index, divided)
            scheduler.client_releases_keys(
                keys=[future.key for future in (*inverted, needing)], client=client.id
            )
            assert failures(scheduler, table) == (TaskFailure("pick", index.exception),)

    asyncio.run(story())
