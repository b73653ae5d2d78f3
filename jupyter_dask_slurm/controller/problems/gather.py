"""Live objects → the plain facts that `problems` judges, with Slurm's reasons in words."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import islice

from distributed import Scheduler

from ...protocol.models import NetworkInterface
from ...protocol.naming import MOST_NAMED
from ...slurm.installation.hostlist import nodes_in
from ...slurm.reasons import explain, never, waiting_reason
from ...system.network.interfaces import interfaces
from ..state.jobs import JobTable, SlurmView, TrackedJob
from ..state.phases import SUSPENDED_STATES, WAITING_STATES, connected_workers, is_suspended, phase_of
from ..state.workers import Workers
from .facts import JobFacts, Surroundings
from .idle import Activity
from .job_ends import last_words
from .of_jobs import NO_CONNECTION_S
from .walltime import SOON_S


def of_jobs(job_table: JobTable, workers: Workers, now: float) -> list[JobFacts]:
    """Return what matters of live jobs that Slurm has accepted and that we do not end ourselves.

    Those that cannot have a problem now are left out: almost always that is all of them.
    """
    return [
        _of_job(job, job.seen, workers)
        for job in job_table
        if job.live
        and job.job_id is not None
        and not job.cancelling
        and job.seen is not None
        and _may_have_a_problem(job, job.seen, now)
    ]


def _may_have_a_problem(job: TrackedJob, seen: SlurmView, now: float) -> bool:
    if seen.state in SUSPENDED_STATES or never(seen.reason):
        return True
    if job.connected_at is None:
        return seen.started is not None
    if job.lost_at is not None and seen.node is not None:
        return True
    return job.expiring or (seen.ends is not None and seen.ends - now <= SOON_S)


def _of_job(job: TrackedJob, seen: SlurmView, workers: Workers) -> JobFacts:
    explanation = explain(seen.reason) if waits(job) and never(seen.reason) else None
    return JobFacts(
        job.job_id or job.name,
        phase_of(job, workers),
        job.asked_at,
        reason=seen.reason,
        never=explanation.sentence if explanation else None,
        never_advice=explanation.advice if explanation else "",
        nodes=nodes_in(seen.node),
        bare=_bare_nodes(job, nodes_in(seen.node), workers),
        workers=len(job.workers),
        connected=connected_workers(job, workers),
        started=seen.started,
        ends=seen.ends if job.connected_at and seen.state not in SUSPENDED_STATES else None,
        seen_at=job.seen_at,
        suspended=is_suspended(job, workers),
        still_since=job.silent_since or job.lost_at,
        expiring_since=job.expiring_since,
        lost_at=job.lost_at,
        words=job.words,
    )


def _bare_nodes(job: TrackedJob, nodes: tuple[str, ...], workers: Workers) -> tuple[str, ...]:
    """Return those of a job's several nodes on which no worker of it is connected."""
    on_each, odd = divmod(len(job.workers), len(nodes) or 1)
    if len(nodes) < 2 or odd:  # Slurm may have given it other nodes than it asked for
        return ()
    parts = (job.workers[at * on_each : (at + 1) * on_each] for at in range(len(nodes)))
    return tuple(
        node for node, names in zip(nodes, parts, strict=True) if not any(name in workers for name in names)
    )


def listen_to_silent_jobs(job_table: JobTable, workers: Workers, now: float) -> None:
    """Read what the first few jobs said last that run for long without their workers: more is not told."""
    silent = (
        job
        for job in job_table
        if job.live
        and job.connected_at is None
        and job.seen
        and job.seen.started
        and now - job.seen.started >= NO_CONNECTION_S
        and phase_of(job, workers) == "starting"
    )
    for job in islice(silent, MOST_NAMED):
        job.words = last_words(job)


def reason_text(job: TrackedJob) -> str | None:
    """Return in plain words why a job waits, or how it ended; None where there is nothing to say."""
    if job.end is not None:
        return job.end.text or None
    seen = job.seen
    if seen is None or not waits(job):
        return None
    return explain(waiting_reason(seen.state, seen.reason), requeued=seen.restarts > 0).sentence


def waits(job: TrackedJob) -> bool:
    """Return whether Slurm has not started the job yet."""
    return job.seen is not None and job.seen.state in WAITING_STATES


def surroundings(scheduler: Scheduler | None) -> Surroundings:
    """Return where workers look for the scheduler, and where else its host could be reached."""
    if scheduler is None or not scheduler.listeners:
        return Surroundings(None)
    address = str(scheduler.contact_address or scheduler.address)
    others = [found for found in _interfaces() if found.address not in address and found.name != "lo"]
    results = sum(group.states["memory"] for group in scheduler.task_groups.values())
    return Surroundings(address, tuple(f"{found.name} ({found.address})" for found in others), results)


def _interfaces() -> tuple[NetworkInterface, ...]:
    """Return this host's interfaces; none where descriptors are used up: the rest can be said."""
    with suppress(OSError):
        return interfaces()
    return ()


def activity(job_table: JobTable, workers: Workers, scheduler: Scheduler, holders: int) -> Activity:
    """Return what decides whether the cluster is idle."""
    # One of which some workers are there may never have the others, in one allocation until its walltime.
    phases = Counter(phase_of(job, workers) for job in job_table if job.live and job.partial_since is None)
    # A job on its way in place of one that nears its walltime is no activity: nobody asked for it.
    replacements = sum(job.live and job.expiring for job in job_table)
    processing = sum(len(worker.processing) for worker in workers.values())
    return Activity(
        workers=len(workers),
        jobs_on_their_way=max(0, phases["queued"] + phases["starting"] - replacements),
        open_tasks=processing + len(scheduler.queued) + len(scheduler.unrunnable),
        holders=holders,
    )
