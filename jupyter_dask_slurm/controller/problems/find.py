"""Facts → problems: what is wrong, in words, and what to do about it. Pure.

Each problem exists as long as its fact does, so it disappears by itself when it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ...protocol.models import Problem
from ...protocol.models.problem import (
    CANCEL_REFUSED,
    NEVER_STARTS,
    NO_CONNECTION,
    NO_DASHBOARD,
    REQUESTS_LIMITED,
    SLURM_NOT_ASKED,
    SLURM_UNREACHABLE,
    STORAGE,
    SUBMIT_POSTPONED,
    SUBMIT_REFUSED,
    SUBMIT_UNKNOWN,
    of_the_past,
)
from ...system import clock
from ..state.state import ClusterState, Doubt, Refusal
from .bare_nodes import bare_nodes, lacks_workers
from .client_acts import client_acts
from .facts import JobFacts, Surroundings
from .grouping import bounded
from .idle import idle_soon
from .memory import KILLS_COUNT_S, worker_killed
from .of_jobs import cancelled_outside, gave_up, never_start, no_connection
from .parent import ends_with
from .suspended import jobs_suspended
from .versions import environment_mismatch
from .walltime import task_too_long, walltime_soon


def find_problems(
    state: ClusterState, jobs: Iterable[JobFacts], around: Surroundings, now: float
) -> tuple[Problem, ...]:
    """Return all that is wrong now, the gravest first."""
    jobs = list(jobs)
    found = [*_of_cluster(state, around, now), *never_start(jobs), *no_connection(jobs, around, now)]
    others = (
        ends_with(state.parent, now, in_own_job=state.in_own_job),
        environment_mismatch(state.mismatches),
        bare_nodes(jobs, now, replaced=not state.one_allocation),
        lacks_workers(jobs, now, replaced=not state.one_allocation),
        jobs_suspended(jobs),
        walltime_soon(jobs, keep_jobs=state.keep_jobs, held=state.replaces_none, now=now),
        task_too_long(state.cut_tasks, now),
        idle_soon(state.idle_since, state.idle_timeout_s, around.results, now),
    )
    found.extend(filter(None, others))
    found.extend(client_acts(state.client_acts, now))
    found = _as_others_come(found, jobs)
    if state.status not in ("starting", "running"):
        found = list(of_the_past(found))
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(bounded(sorted(found, key=lambda problem: order[problem.severity])))


def _as_others_come(found: list[Problem], jobs: Sequence[JobFacts]) -> list[Problem]:
    """Return the problems; none of them keeps all workers away while other jobs may bring some."""
    in_slurm = sum(job.phase in ("queued", "starting") for job in jobs)
    of_jobs = (NEVER_STARTS.code, NO_CONNECTION.code)
    hopeless = sum(problem.jobs for problem in found if problem.code in of_jobs)
    # Those that wait for the disk are not in Slurm; those that are there go on.
    others = {STORAGE.code: in_slurm > 0} | dict.fromkeys(of_jobs, hopeless < in_slurm)
    return [replace(problem, no_workers=False) if others.get(problem.code) else problem for problem in found]


def _of_cluster(state: ClusterState, around: Surroundings, now: float) -> Iterator[Problem]:
    if state.refusal is not None:
        yield _refused(state.refusal)
    if state.postponed is not None:
        yield _postponed(state.postponed)
    if state.cancel_refusal is not None:
        yield _cancel_refused(state.cancel_refusal)
    if state.doubt is not None:
        yield _unknown(state.doubt)
    yield from _answers(state)
    if state.has_given_up:
        yield gave_up(state.failures, around)
    recent = [kill for kill in state.memory_kills if now - kill.at < KILLS_COUNT_S]
    if recent:
        yield worker_killed(recent)
    if state.cancelled_outside:
        yield cancelled_outside(state.cancelled_outside)
    yield from _storage(state)
    if state.dashboard_error is not None:
        yield NO_DASHBOARD.problem(
            f"The dashboard cannot be drawn: {state.dashboard_error}",
            "The cluster computes without it. To get it: pip install bokeh, then start the cluster again.",
            since=clock.moment(state.changed_at),
        )


def _storage(state: ClusterState) -> Iterator[Problem]:
    since = clock.moment(state.changed_at)
    if state.held_by_disk is not None:
        yield STORAGE.problem(
            f"Jobs wait to be submitted. {state.held_by_disk}",
            "What is submitted must first stand on disk. It is tried again each half minute.",
            since=since,
            details=state.storage_error,
        )
    elif state.storage_error is not None:
        yield STORAGE.problem(
            state.storage_error,
            "The cluster goes on, but what happens now may not be found later.",
            severity="warning",
            since=since,
        )


def _with_script(refusal: Refusal) -> str:
    script = f"\n\nThe script that was sent:\n{refusal.script}" if refusal.script else ""
    return f"{refusal.stderr or ''}{script}".strip()


def _postponed(refusal: Refusal) -> Problem:
    return SUBMIT_POSTPONED.problem(
        f"{refusal.message} Jobs of this cluster wait to be submitted.",
        "Nothing needs to be done: they are tried again every five minutes or sooner, and at once when a job "
        "of this cluster ends.",
        since=clock.moment(refusal.at),
        details=_with_script(refusal),
    )


def _refused(refusal: Refusal) -> Problem:
    return SUBMIT_REFUSED.problem(
        refusal.message,
        "Start the cluster again with changes; where the cause is gone, try again.",
        since=clock.moment(refusal.at),
        details=_with_script(refusal),
    )


def _cancel_refused(refusal: Refusal) -> Problem:
    return CANCEL_REFUSED.problem(
        "Slurm refuses to cancel jobs of this cluster.",
        "It is asked again until they are gone. Show its words to your site's administrators.",
        since=clock.moment(refusal.at),
        details=refusal.stderr or refusal.message,
    )


def _unknown(doubt: Doubt) -> Problem:
    return SUBMIT_UNKNOWN.problem(
        "sbatch ended without an answer: whether Slurm has the jobs is being looked up.",
        "Nothing needs to be done: found, they are taken over; else they are sent again, and never twice.",
        since=clock.moment(doubt.at),
        details=doubt.words,
    )


def _answers(state: ClusterState) -> Iterator[Problem]:
    if state.silent_since is not None:
        yield _silent(state, state.silent_since)
    if state.limited_since is not None:
        yield _limited(state.limited_since)


def _limited(since: float) -> Problem:
    return REQUESTS_LIMITED.problem(
        "Slurm limits requests: its answers take long, and what is shown of jobs may be minutes old.",
        "Nothing needs to be done: it is asked less often. All your clusters and programs that ask it count.",
        since=clock.moment(since),
        details="SlurmctldParameters=rl_enable",
    )


def _silent(state: ClusterState, since: float) -> Problem:
    what = "Cancelling the jobs" if state.status == "stopping" else "What you asked for"
    if state.not_asked is not None:
        return SLURM_NOT_ASKED.problem(
            f"{state.not_asked} {what} waits for that.",
            "Slurm is not at fault, and running workers go on. It is tried again each half minute.",
            since=clock.moment(since),
            details=state.silence,
        )
    return SLURM_UNREACHABLE.problem(
        f"Slurm has not answered since {clock.moment(since)}. {what} is done when it answers again.",
        "Nothing is lost: running workers go on. If it lasts, ask the administrators of this Slurm.",
        since=clock.moment(since),
        details=state.silence,
    )
