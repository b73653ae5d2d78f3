"""Jobs that go on without some of their workers → problems. Pure.

A job of which a node fails is ended by Slurm. Here the node may be well: the worker on it has ended, or never
found the scheduler.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...protocol.models import Problem
from ...protocol.models.problem import BARE_NODES, LACKS_WORKERS
from ...protocol.naming import named, one_or_many
from ...system import clock
from .facts import JobFacts
from .grouping import about, quoted
from .of_jobs import NO_CONNECTION_S

_FIXED = (
    "In one allocation nothing takes the place of a node. Read the job's log; to have all nodes, start the "
    "cluster again."
)

_FEWER = (
    "In one allocation nothing takes their place. Read the job's log; to have all workers, start the cluster "
    "again."
)

LOST_S = 10.0
"""A nanny brings its worker back in less, in seconds."""


def bare_nodes(jobs: Iterable[JobFacts], now: float, *, replaced: bool = True) -> Problem | None:
    """Return what to say of jobs that lack workers on some of their nodes, and have them on others.

    `replaced` says whether another job takes the place of one that stays so.
    """
    found = [
        (since, job)
        for job in jobs
        if 0 < len(job.bare) < len(job.nodes) and (since := _since(job)) is not None and now >= since
    ]
    if not found:
        return None
    job_ids = [job.job_id for _, job in found]
    lost = all(job.lost_at is not None for _, job in found)
    return about(
        job_ids,
        BARE_NODES.problem(
            _sentence([job for _, job in found]),
            _advice(len(found), lost=lost) if replaced else _FIXED,
            since=clock.moment(min(since for since, _ in found)),
            details=quoted((job.job_id, job.words) for _, job in found),
        ),
    )


def lacks_workers(jobs: Iterable[JobFacts], now: float, *, replaced: bool) -> Problem | None:
    """Return what to say of jobs of which some workers have not come, though none of their nodes is bare.

    `replaced` says whether another job takes the place of one that stays so.
    """
    found = [
        (job.started, job)
        for job in jobs
        if job.phase == "starting" and 0 < job.connected < job.workers and not job.bare
        if job.started is not None and now - job.started >= NO_CONNECTION_S
    ]
    if not found:
        return None
    job_ids = [job.job_id for _, job in found]
    of = sum(job.workers for _, job in found)
    lacking = of - sum(job.connected for _, job in found)
    whose, has = _whose(job_ids), one_or_many(lacking, "has", "have")
    return about(
        job_ids,
        LACKS_WORKERS.problem(
            f"{lacking} of {of} workers of {whose} {has} not connected. The others go on.",
            _advice(len(found), lost=False) if replaced else _FEWER,
            since=clock.moment(min(started for started, _ in found) + NO_CONNECTION_S),
            details=quoted((job.job_id, job.words) for _, job in found),
        ),
    )


def _whose(job_ids: list[str]) -> str:
    return f"job {job_ids[0]}" if len(job_ids) == 1 else f"{len(job_ids)} jobs"


def _since(job: JobFacts) -> float | None:
    """Return from when on it is worth a word."""
    if job.lost_at is not None:
        return job.lost_at + LOST_S
    return None if job.started is None or job.phase != "starting" else job.started + NO_CONNECTION_S


def _sentence(jobs: list[JobFacts]) -> str:
    bare = [node for job in jobs for node in job.bare]
    of, has = sum(len(job.nodes) for job in jobs), one_or_many(len(bare), "has", "have")
    whose = _whose([job.job_id for job in jobs])
    return f"{len(bare)} of {of} nodes of {whose} {has} no worker ({named(bare)}). The others go on."


def _advice(jobs: int, *, lost: bool) -> str:
    if lost:
        place = one_or_many(jobs, "its place", "their places")
        return f"Where they do not come back within a minute, another job takes {place}."
    log = one_or_many(jobs, "the", "a")
    place = one_or_many(jobs, "its place", "their places")
    return f"Read {log} job's log. Where they do not come within five minutes, another job takes {place}."
