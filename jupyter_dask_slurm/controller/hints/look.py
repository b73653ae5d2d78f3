"""Dask's scheduler → a reading. Cheap: sums that it keeps, never a walk over its tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from distributed import Scheduler

from ...protocol.models.hint import TINY_TASKS
from .measures import Chunks, Reading

_DONE = ("memory", "released", "forgotten")


def look(scheduler: Scheduler, loop_s: float, now: float) -> Reading:
    """Return what the scheduler knows now of its workers and of what they did.

    Parameters
    ----------
    loop_s : float
        For how long its loop stood at most since the look before.
    now : float
        A moment of `system.clock`.
    """
    workers = scheduler.workers.values()
    limited = [worker for worker in workers if worker.memory_limit]
    fullest = max(limited, key=_share, default=None)
    tightest = min(limited, key=lambda worker: worker.memory_limit / worker.nthreads, default=None)
    worker_threads = tightest.nthreads if tightest else 0
    done, short_done, short_s = _tasks(scheduler.task_prefixes.values())
    return Reading(
        at=now,
        threads=sum(worker.nthreads for worker in workers),
        occupied=sum(min(len(worker.processing), worker.nthreads) for worker in workers),
        cores_used=sum(worker.metrics.get("cpu", 0.0) for worker in workers) / 100,
        fullest=str(fullest.name) if fullest else "",
        fullest_bytes=_used(fullest) if fullest else 0,
        fullest_limit_bytes=fullest.memory_limit if fullest else 0,
        worker_threads=worker_threads,
        worker_bytes=tightest.memory_limit if tightest else 0,
        managed_bytes=sum(worker.nbytes for worker in workers),
        spilled_bytes=sum(_spilled(worker) for worker in workers),
        done=done,
        short_done=short_done,
        short_s=short_s,
        chunks=_largest(scheduler.task_groups.values(), max(1, worker_threads)),
        loop_s=loop_s,
    )


def _used(worker: Any) -> int:
    return int(worker.metrics.get("memory", 0))


def _share(worker: Any) -> float:
    return _used(worker) / float(worker.memory_limit)


def _spilled(worker: Any) -> int:
    """Return how much its results on disk were in memory: there they are smaller."""
    return int(worker.metrics.get("spilled_bytes", {}).get("memory", 0))


def _tasks(prefixes: Iterable[Any]) -> tuple[int, int, float]:
    done = short_done = 0
    short_s = 0.0
    for prefix in prefixes:
        # `get`: reading must not add to what counts by itself.
        number = prefix.state_counts.get("memory", 0)
        seconds = prefix.all_durations.get("compute", 0.0)
        done += number
        if number and seconds / number < TINY_TASKS.threshold:
            short_done += number
            short_s += seconds
    return done, short_done, short_s


def _largest(groups: Iterable[Any], at_least: int) -> Chunks | None:
    """Return the largest results; as many as threads at least, for one large result is no chunk."""
    largest: Chunks | None = None
    for group in groups:
        number = sum(group.states.get(state, 0) for state in _DONE)
        if number < max(2, at_least):
            continue
        each = group.nbytes_total // number
        if each and (largest is None or each > largest.each_bytes):
            largest = Chunks(str(group.prefix.name if group.prefix else group.name), each)
    return largest
