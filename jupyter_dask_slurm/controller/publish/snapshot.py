"""Live objects → models. Reads everything, changes nothing."""

from __future__ import annotations

import dataclasses
import os
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from distributed import Scheduler

from ...protocol import models
from ...protocol.models import (
    Cluster,
    Job,
    JobCounts,
    LaunchSpec,
    TaskCounts,
    Waiting,
    WorkerCounts,
)
from ...slurm.installation.hostlist import nodes_in
from ...slurm.reasons import explain, waiting_reason
from ...system import clock
from ..state.jobs import JobTable, TrackedJob
from ..state.phases import SUSPENDED_STATES, connected_workers, phase_of
from ..state.state import ClusterState
from ..state.workers import Workers
from .failures import failures

VERSION = version("distributed")


@dataclass(frozen=True)
class Totals:
    """Sums over the connected workers."""

    threads: int
    memory_bytes: int
    memory_used_bytes: int
    cpu_percent: float


def cluster_model(
    spec: LaunchSpec,
    state: ClusterState,
    job_table: JobTable,
    scheduler: Scheduler | None,
    workers: Workers,
    *,
    options: Mapping[str, Any],
    problems: Iterable[models.Problem],
    hint: models.Hint | None,
    usage: models.Usage | None,
    now: float,
) -> Cluster:
    """Return the cluster as users see it; `updated_at` is now, the publisher knows better."""
    totals = _totals(workers)
    sums = count(job_table, workers)
    return dataclasses.replace(
        _without_numbers(spec, state, now),
        scheduler_address=_address(scheduler),
        options=dict(options),
        jobs=_job_counts(state.plan, sums.phases),
        waiting=waiting(sums.queued, now),
        workers=WorkerCounts(connected=len(workers), expected=state.plan * job_table.workers_per_job),
        threads=totals.threads,
        gpus=sums.gpus,
        memory_bytes=totals.memory_bytes,
        memory_used_bytes=totals.memory_used_bytes,
        cpu_percent=totals.cpu_percent,
        tasks=_task_counts(scheduler),
        failures=failures(scheduler, job_table),
        core_hours=round(job_table.core_hours(now), 4),
        expires_at=_time(sums.first_end),
        problems=tuple(problems),
        hints=() if hint is None else (hint,),
        usage=usage,
    )


def _without_numbers(spec: LaunchSpec, state: ClusterState, now: float) -> Cluster:
    """Return what is known without a look at jobs and workers."""
    return Cluster(
        id=spec.cluster_id,
        name=state.name,
        backend=spec.backend,
        status=state.status,
        created_at=spec.created_at,
        updated_at=clock.moment(now),
        controller=_controller(spec, state),
        environment=models.EnvironmentInfo(spec.kernel, spec.python, VERSION),
        dashboard_path=spec.dashboard_path,
        scaling=state.scaling,
        profile=spec.profile,
        ended=state.ended,
        replaces=spec.replaces,
        error=state.error,
        secure=spec.credentials is not None,
        idle_since=_time(state.idle_since),
        idle_timeout_s=state.idle_timeout_s,
        closes_at=_closes_at(state),
    )


def _controller(spec: LaunchSpec, state: ClusterState) -> models.ControllerInfo:
    job = state.parent if state.in_own_job else None
    return models.ControllerInfo(
        socket.gethostname(),
        os.getpid(),
        reachable=True,
        placement=spec.placement,
        job_id=os.environ.get("SLURM_JOB_ID") if state.in_own_job else None,
        ends_at=_time(job.ends_at) if job is not None else None,
    )


def job_model(job: TrackedJob, workers: Workers, reason_text: str | None) -> Job:
    """Return one job as users see it."""
    seen = job.seen
    model = Job(
        job_id=job.job_id or job.name,
        state=job.end.state if job.end else (seen.state if seen else "PENDING"),
        phase=phase_of(job, workers),
        exit_code=job.end.exit_code if job.end else None,
        submitted_at=clock.moment(job.asked_at),
        workers=tuple(_worker_model(name, job, workers) for name in job.workers),
        stdout=job.stdout,
        stderr=job.stderr,
        reason_text=reason_text,
    )
    if seen is None:
        return model
    nodes = nodes_in(seen.node)
    return dataclasses.replace(
        model,
        reason=seen.reason,
        partition=seen.partition,
        node=nodes[0] if nodes else None,
        nodes=nodes,
        cores=seen.cores,
        memory_bytes=seen.memory_bytes,
        gpus=seen.gpus,
        expected_start_at=_time(seen.expected_start),
        started_at=_time(seen.started),
        ends_at=clock.moment(job.end.at) if job.end else _time(seen.ends),
        restarts=seen.restarts,
    )


# From the words of `distributed.core.Status`; a worker registers before it takes tasks.
_WORKER_STATUS: dict[str, models.WorkerStatus] = {
    "undefined": "expected",
    "created": "expected",
    "init": "expected",
    "starting": "expected",
    "running": "running",
    "paused": "paused",
    "closed": "gone",
    "failed": "gone",
}


def _worker_model(name: str, job: TrackedJob, workers: Workers) -> models.Worker:
    worker = workers.get(name)
    if worker is None:
        return models.Worker(name, "gone" if job.connected_at or job.end else "expected")
    return models.Worker(
        name,
        _WORKER_STATUS.get(worker.status.name, "closing"),
        address=worker.address,
        memory_used_bytes=int(worker.metrics.get("memory", 0)),
        cpu_percent=float(worker.metrics.get("cpu", 0.0)),
    )


@dataclass
class Counts:
    """What is counted of the live jobs, in one pass over all of them: there may be thousands."""

    phases: Counter[str]
    queued: list[TrackedJob]
    gpus: int = 0
    first_end: float | None = None


def count(job_table: Iterable[TrackedJob], workers: Workers) -> Counts:
    """Return what is counted of the live jobs among these."""
    sums = Counts(Counter(), [])
    for job in job_table:
        if not job.live:
            continue
        seen, phase = job.seen, phase_of(job, workers)
        if job.job_id is not None:
            # Without an id a job is an intention of ours: Slurm has not accepted it yet.
            sums.phases[phase] += 1
        if phase == "queued":
            sums.queued.append(job)
        if seen is None:
            continue
        if seen.gpus and connected_workers(job, workers):
            sums.gpus += seen.gpus
        if seen.ends and job.connected_at and seen.state not in SUSPENDED_STATES:
            sums.first_end = min(seen.ends, sums.first_end or seen.ends)
    return sums


def _job_counts(plan: int, phases: Mapping[str, int]) -> JobCounts:
    return JobCounts(
        plan=plan,
        queued=phases["queued"],
        starting=phases["starting"],
        working=phases["working"],
        missing=phases["missing"],
        leaving=phases["leaving"],
    )


def _totals(workers: Workers) -> Totals:
    threads = memory = used = 0
    cpu = 0.0
    for worker in workers.values():
        threads += worker.nthreads
        memory += worker.memory_limit
        used += int(worker.metrics.get("memory", 0))
        cpu += worker.metrics.get("cpu", 0.0)
    return Totals(threads, memory, used, round(cpu / threads, 1) if threads else 0.0)


def _task_counts(scheduler: Scheduler | None) -> TaskCounts:
    if scheduler is None:
        return TaskCounts()
    # Groups count their tasks by state as they go: no walk over a million tasks.
    states: Counter[str] = Counter()
    for group in scheduler.task_groups.values():
        states.update(group.states)
    return TaskCounts(
        processing=states["processing"],
        queued=states["queued"] + states["no-worker"] + states["waiting"],
        in_memory=states["memory"],
        erred=states["erred"],
    )


def _closes_at(state: ClusterState) -> str | None:
    since = state.unheld_since if state.idle_since is None else state.idle_since
    if since is None or state.idle_timeout_s == 0:
        return None
    return clock.moment(since + state.idle_timeout_s)


def _address(scheduler: Scheduler | None) -> str | None:
    return str(scheduler.address) if scheduler is not None and scheduler.listeners else None


def _time(epoch_s: float | None) -> str | None:
    return None if epoch_s is None else clock.moment(epoch_s)


def waiting(queued: Iterable[TrackedJob], now: float) -> Waiting | None:
    """Return the reason that most queued jobs have and the earliest expected start that is yet to come.

    Parameters
    ----------
    queued : iterable of TrackedJob
        Those whose phase that is.
    now : float
        A moment of `system.clock`.

    Returns
    -------
    Waiting or None
        None where no job waits of which Slurm has said anything.
    """
    views = [job.seen for job in queued if job.seen]
    if not views:
        return None
    words = Counter((waiting_reason(seen.state, seen.reason), seen.restarts > 0) for seen in views)
    [((reason, requeued), _)] = words.most_common(1)
    starts = [seen.expected_start for seen in views if seen.expected_start and seen.expected_start > now]
    text = explain(reason, requeued=requeued).sentence
    return Waiting(reason, text, clock.moment(min(starts)) if starts else None)
