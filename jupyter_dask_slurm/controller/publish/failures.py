"""What failed tasks failed of, as the scheduler remembers it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dask.utils import key_split
from distributed import Scheduler

from ...protocol.models import TaskFailure
from ...slurm.installation.hostlist import nodes_in
from ..state.jobs import JobTable

MOST = 3
_LONGEST = 300


def failures(scheduler: Scheduler | None, job_table: JobTable) -> tuple[TaskFailure, ...]:
    """Return the latest failures of tasks that the scheduler still has.

    It remembers the last 100 by itself, the latest first (``distributed.diagnostics.erred-tasks``).
    """
    if scheduler is None:
        return ()
    groups: dict[tuple[str, str], list[Any]] = {}
    for erred in _still_erred(scheduler, scheduler.erred_tasks):
        text = erred.exception_text
        groups.setdefault((key_split(erred.key), text[:_LONGEST]), []).append(erred)
    return tuple(
        _failure(function, exception, tasks, scheduler, job_table)
        for (function, exception), tasks in list(groups.items())[:MOST]
    )


def _still_erred(scheduler: Scheduler, remembered: Iterable[Any]) -> Iterable[Any]:
    """Yield each once; one whose result nobody wants is forgotten, and one that is retried may work."""
    seen = set()
    for erred in remembered:
        task = scheduler.tasks.get(erred.key)
        if task is not None and task.state == "erred" and erred.exception_text and erred.key not in seen:
            seen.add(erred.key)
            yield erred


def _failure(
    function: str, exception: str, tasks: list[Any], scheduler: Scheduler, job_table: JobTable
) -> TaskFailure:
    found = [scheduler.workers[address] for address in tasks[0].erred_on if address in scheduler.workers]
    if not found:
        return TaskFailure(function, exception, len(tasks))
    # The scheduler keeps them as a set, and not which was the last: always the same one is said.
    worker = min(found, key=lambda worker: str(worker.name))
    job = job_table.of_worker(str(worker.name))
    nodes = nodes_in(job.seen.node) if job is not None and job.seen is not None else ()
    return TaskFailure(
        function,
        exception,
        len(tasks),
        worker=str(worker.name),
        node=nodes[0] if len(nodes) == 1 else None,
        job_id=job.job_id if job is not None else None,
    )
