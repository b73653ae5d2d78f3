"""The workers of a job that is given up: their running tasks end, their results move.

Dask's `retire_workers` alone would have running tasks begin again elsewhere at once; where the job has
time left, they may finish first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from distributed import Scheduler
from distributed.core import Status

from ...system import clock
from ..state.state import CutTask

logger = logging.getLogger(__name__)

POLL_S = 0.5
"""Workers tell with each heartbeat what they execute: there is no event to wait for."""


async def retire(
    scheduler: Scheduler, names: Sequence[str], *, until: float | None, move_s: float
) -> list[CutTask]:
    """Let running tasks finish, move results to other workers, and remove the workers `names`.

    Parameters
    ----------
    until : float or None
        When not to wait any longer for running tasks, a moment of `system.clock`; None to let them
        begin again elsewhere at once.
    move_s : float
        For how long results may move, in seconds.

    Returns
    -------
    list of CutTask
        The tasks that had not finished; they begin again on other workers.
    """
    cut = [] if until is None else await _finish_tasks(scheduler, names, until)
    try:
        await asyncio.wait_for(scheduler.retire_workers(names=list(names), remove=False), move_s)
    except (asyncio.TimeoutError, OSError) as error:
        logger.warning("Some results of %s did not move in time: %r", names, error)
    for worker in _workers(scheduler, names):
        # A worker that is lost unexpectedly makes Dask count a failure for its tasks, and give up
        # those that failed too often: a task that outlasts every job must not begin for ever.
        failed = any(task.suspicious > scheduler.allowed_failures for task in worker.processing)
        await scheduler.remove_worker(
            worker.address, stimulus_id=f"retire-{clock.now()}", expected=not failed
        )
    return cut


async def _finish_tasks(scheduler: Scheduler, names: Sequence[str], until: float) -> list[CutTask]:
    """Let the workers begin no further task, wait for those that run; return what still runs then."""
    for worker in _workers(scheduler, names):
        _stop_assigning(scheduler, worker.address)
    while running := _executing(scheduler, names):
        if clock.now() >= until:
            break
        await asyncio.sleep(POLL_S)
    for task, _ in running:
        task.suspicious += 1
    return [CutTask(str(task.key), ran_s, clock.now()) for task, ran_s in running]


def _workers(scheduler: Scheduler, names: Sequence[str]) -> list[Any]:
    wanted = set(names)
    return [worker for worker in scheduler.workers.values() if str(worker.name) in wanted]


def _executing(scheduler: Scheduler, names: Sequence[str]) -> list[tuple[Any, float]]:
    """Return the tasks that run on workers, with the seconds for which they have."""
    return [item for worker in _workers(scheduler, names) for item in worker.executing.items()]


def _stop_assigning(scheduler: Scheduler, address: str) -> None:
    stimulus = f"retire-{clock.now()}"
    status = Status.closing_gracefully
    scheduler.handle_worker_status_change(status, address, stimulus)
    scheduler.stream_comms[address].send(
        {"op": "worker-status-change", "status": status.name, "stimulus_id": stimulus}
    )
