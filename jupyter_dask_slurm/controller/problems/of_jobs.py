"""Jobs that can never start, that do not connect, that failed or were cancelled → problems. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...protocol.models import Problem
from ...protocol.models.problem import CANCELLED_OUTSIDE, JOBS_FAIL, NEVER_STARTS, NO_CONNECTION
from ...protocol.naming import counted, named, one_or_many
from ...system import clock
from ..state.state import Loss
from .facts import JobFacts, Surroundings
from .grouping import Group, about, by_cause, quoted

NO_CONNECTION_S = 60.0
"""A job that runs for so long without its workers has a problem, in seconds."""

# What `dask worker` says when nothing, or somebody else, answers where its scheduler should be.
_COULD_NOT_CONNECT = (
    "Timed out starting worker",
    "Timed out trying to connect to",
    "TLS certificate does not match",
)


def never_start(jobs: Iterable[JobFacts]) -> Iterator[Problem]:
    """Yield a problem for each cause for which jobs can never start."""
    hopeless = [job for job in jobs if job.never is not None]
    for group in by_cause(hopeless, lambda job: (job.never or "", job.never_advice)):
        yield _never_starts(group)


def _never_starts(group: Group[JobFacts, tuple[str, str]]) -> Problem:
    job_ids = [job.job_id for job in group.facts]
    if group.cause is None:
        why, advice = f", for {group.causes} other reasons.", ""
    else:
        sentence, advice = group.cause
        why = one_or_many(len(job_ids), f": {sentence}", f", each for the same reason: {sentence}")
    return about(
        job_ids,
        NEVER_STARTS.problem(
            f"{counted(job_ids)} will never start{why}",
            advice or "Start the cluster again with other options.",
            since=clock.moment(min(job.asked_at for job in group.facts)),
            details=quoted((job.job_id, job.reason) for job in group.facts),
        ),
    )


def no_connection(jobs: Iterable[JobFacts], around: Surroundings, now: float) -> Iterator[Problem]:
    """Yield a problem where jobs run for long without their workers."""
    silent = [
        (job.started, job)
        for job in jobs
        if job.phase == "starting" and job.started is not None and now - job.started >= NO_CONNECTION_S
        if job.connected == 0
    ]
    if not silent:
        return
    job_ids = [job.job_id for _, job in silent]
    run = one_or_many(len(silent), "runs", "run") + _where(node for _, job in silent for node in job.nodes)
    tries, log = one_or_many(len(silent), "It tries", "They try"), one_or_many(len(silent), "the", "a")
    yield about(
        job_ids,
        NO_CONNECTION.problem(
            f"{counted(job_ids)} {run}, but no worker has connected after "
            f"{NO_CONNECTION_S:.0f} s. {tries} {around.scheduler_address}.",
            f"Read {log} job's log. Perhaps: {_other_interface(around)}",
            since=clock.moment(min(started for started, _ in silent) + NO_CONNECTION_S),
            details=quoted((job.job_id, job.words) for _, job in silent),
        ),
    )


def _where(nodes: Iterable[str]) -> str:
    names = list(dict.fromkeys(nodes))
    if not names:
        return ""
    return one_or_many(len(names), f" on {names[0]}", f" on {len(names)} nodes ({named(names)})")


def gave_up(failures: Sequence[Loss], around: Surroundings) -> Problem:
    """Return what to say of jobs in a row that ended before their workers connected."""
    heard = [loss for loss in failures if loss.words is not None]
    if heard and all(any(words in (loss.words or "") for words in _COULD_NOT_CONNECT) for loss in heard):
        return _never_connected(failures, around)
    job_ids = [loss.job_id for loss in failures]
    ends = by_cause(failures, _how)
    hows = [f"{group.cause or 'other ways'}{_times(group, failures)}" for group in ends]
    return about(
        job_ids,
        JOBS_FAIL.problem(
            f"{len(failures)} jobs in a row ({named(job_ids)}) ended before their workers connected: "
            f"{', '.join(hows)}. No more are submitted.",
            "Look at the jobs' logs; when it is mended, scale the cluster to try again.",
            since=clock.moment(failures[-1].at),
            details=quoted((loss.job_id, loss.words) for loss in heard),
            job_id=_heard_of(failures),
        ),
    )


def _how(loss: Loss) -> str:
    return f"{loss.state}, exit code {loss.exit_code}" if loss.exit_code else loss.state


def _times(group: Group[Loss, str], failures: Sequence[Loss]) -> str:
    return "" if len(group.facts) == len(failures) else f" ({len(group.facts)} times)"


def _heard_of(failures: Sequence[Loss]) -> str:
    """Return the job whose log says most about why: the last one that said anything."""
    return next((loss.job_id for loss in reversed(failures) if loss.words), failures[-1].job_id)


def _never_connected(failures: Sequence[Loss], around: Surroundings) -> Problem:
    job_ids = [loss.job_id for loss in failures]
    return about(
        job_ids,
        NO_CONNECTION.problem(
            f"{len(failures)} jobs in a row ({named(job_ids)}) ran, but their workers could not connect to "
            f"{around.scheduler_address}. No more are submitted.",
            _other_interface(around),
            since=clock.moment(failures[-1].at),
            details=quoted((loss.job_id, loss.words) for loss in failures),
            job_id=_heard_of(failures),
        ),
    )


def _other_interface(around: Surroundings) -> str:
    if not around.interfaces:
        return "Nodes cannot reach that address, and this host has no other: ask its administrators."
    return (
        "Nodes cannot reach that address: start the cluster again with another interface for the scheduler. "
        f"This host has {named(around.interfaces, most=20)}."
    )


def cancelled_outside(losses: Sequence[Loss]) -> Problem:
    """Return what to say of jobs that somebody else cancelled."""
    job_ids = [loss.job_id for loss in losses]
    was, they_are = one_or_many(len(losses), "was", "were"), one_or_many(len(losses), "It is", "They are")
    return about(
        job_ids,
        CANCELLED_OUTSIDE.problem(
            f"{counted(job_ids)} {was} cancelled from outside. {they_are} not submitted again; the plan was "
            "lowered.",
            f"Submit {one_or_many(len(losses), 'it', 'them')} again, or leave it at that.",
            since=clock.moment(losses[0].at),
        ),
    )
