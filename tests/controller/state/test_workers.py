"""Which jobs are looked at when workers come and go: those whose workers they are, however many others."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from jupyter_dask_slurm.controller.state.jobs import End, JobTable
from jupyter_dask_slurm.controller.state.workers import WorkerWatch, note_connections


def test_a_job_is_found_by_its_workers_for_as_long_as_it_is_known() -> None:
    job_table = JobTable("c", 2)
    first, second = job_table.new(0.0), job_table.new(0.0)
    assert [job_table.of_worker(name) for name in ("c-0-1", "c-1-0")] == [first, second]
    assert job_table.of_worker("c-2-0") is None
    job_table.drop("c-0")
    job_table.drop("c-0")
    assert job_table.of_worker("c-0-1") is None
    second.end = End("COMPLETED", 0.0)
    job_table.forget_old(4000.0)
    assert job_table.of_worker("c-1-0") is None


def test_what_became_of_jobs() -> None:
    job_table = JobTable("c", 2)
    first, second, ended = (job_table.new(0.0) for _ in range(3))
    ended.end = End("FAILED", 1.0)
    there: dict[str, Any] = dict.fromkeys(("c-0-0", "c-0-1", "c-1-0", "c-2-0", "c-2-1"))
    assert note_connections(job_table, there, 1.0) == [(first, "connected")]
    assert (first.partial_since, second.partial_since) == (None, 1.0)
    assert (first.connected_at, second.connected_at, ended.connected_at) == (1.0, None, None)
    del there["c-0-1"]
    assert note_connections([second], there, 2.0) == [], "the others are not looked at"
    assert note_connections([first], there, 2.0) == [(first, "lost")]
    assert (first.partial_since, second.partial_since) == (None, 1.0)
    there["c-0-1"] = None
    assert note_connections([first, first], there, 3.0) == [(first, "back")]


async def test_workers_of_one_turn_are_told_together() -> None:
    told: list[set[str]] = []
    watch = WorkerWatch(told.append)
    scheduler: Any = SimpleNamespace(workers={f"tls://{n}": SimpleNamespace(name=f"c-{n}") for n in range(3)})
    watch.add_worker(scheduler, "tls://0")
    watch.add_worker(scheduler, "tls://1")
    await asyncio.sleep(0)
    assert told == [{"c-0", "c-1"}]
    scheduler.workers.clear()
    watch.remove_worker(scheduler, "tls://1")
    watch.remove_worker(scheduler, "tls://9")
    await asyncio.sleep(0)
    assert told[1:] == [{"c-1"}]
    await asyncio.sleep(0)
    assert len(told) == 2
