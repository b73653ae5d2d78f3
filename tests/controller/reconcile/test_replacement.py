"""When jobs near their walltime: tables of cases without a process."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.options.keywords import jobqueue_keywords
from jupyter_dask_slurm.controller.problems.facts import JobFacts
from jupyter_dask_slurm.controller.problems.walltime import task_too_long, walltime_soon
from jupyter_dask_slurm.controller.reconcile.decide import Decision, JobView, Situation, decide
from jupyter_dask_slurm.controller.reconcile.replacement import longest_wait_s, replace_at
from jupyter_dask_slurm.controller.state.jobs import SlurmView, TrackedJob
from jupyter_dask_slurm.controller.state.state import CutTask
from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.protocol.models import JobPhase


def job(walltime_s: float | None, connected_at: float | None = 10.0) -> TrackedJob:
    seen = SlurmView("RUNNING", started=5.0, ends=None if walltime_s is None else 5.0 + walltime_s)
    return TrackedJob("c-0", ("c-0",), asked_at=0.0, job_id="7", seen=seen, connected_at=connected_at)


@pytest.mark.parametrize(
    ("walltime_s", "wait_s", "before_the_end_s"),
    [
        (3600, 0, 180),  # 5 % for tasks to finish
        (3600, 100, 330),  # and the wait in the queue, half as long again
        (86_400, 0, 600),  # at most ten minutes for tasks
        (120, 10, 45),
        (60, 100, 30),  # never in the first half
        (3600, 9999, 1800),
    ],
)
def test_a_replacement_is_asked_for_in_time(
    walltime_s: float, wait_s: float, before_the_end_s: float
) -> None:
    assert replace_at(job(walltime_s), wait_s) == 5.0 + walltime_s - before_the_end_s


def test_what_has_no_end_or_never_worked_is_not_replaced() -> None:
    assert replace_at(job(None), 10.0) is None
    assert replace_at(job(60, connected_at=None), 10.0) is None


def test_the_longest_wait_counts_until_the_workers_were_there() -> None:
    assert longest_wait_s([job(60, connected_at=40.0), job(60), job(60, connected_at=None)]) == 40.0
    assert longest_wait_s([]) == 0.0


def view(name: str, phase: JobPhase = "working", *, old: bool = False, idle: bool = False) -> JobView:
    return JobView(name, phase, order=ord(name), idle=idle or phase != "working", expiring=old)


OLD = view("o", old=True)
CASES = [
    ("an old one gets a replacement and stays", Situation(1, [OLD]), Decision(submit=1)),
    ("only one", Situation(1, [OLD, view("q", "queued")]), Decision()),
    ("while that one starts", Situation(1, [OLD, view("s", "starting")]), Decision()),
    ("then it goes, its results first", Situation(1, [OLD, view("n")]), Decision(retire=("o",))),
    (
        "without results it just goes",
        Situation(1, [view("o", old=True, idle=True), view("n")]),
        Decision(cancel=("o",)),
    ),
    (
        "as many go as there are new ones at work",
        Situation(2, [OLD, view("p", old=True), view("n"), view("q", "queued")]),
        Decision(retire=("p",)),
    ),
    ("the others are not touched", Situation(2, [view("x"), OLD]), Decision(submit=1)),
    (
        "a lower plan takes the replacement",
        Situation(1, [view("x"), OLD, view("q", "queued")]),
        Decision(cancel=("q",), retire=("o",)),
    ),
    ("a plan of none takes all", Situation(0, [OLD, view("q", "queued")]), Decision(0, ("q",), ("o",))),
    ("nothing is submitted while it is held", Situation(1, [OLD], held=True), Decision()),
]


@pytest.mark.parametrize(("situation", "decision"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_decision(situation: Situation, decision: Decision) -> None:
    assert decide(situation) == decision


def facts(ends: float, expiring_since: float | None = None) -> JobFacts:
    return JobFacts("7", "working", 0.0, started=0.0, ends=ends, expiring_since=expiring_since)


def test_the_end_is_announced() -> None:
    soon = walltime_soon([facts(3600.0)], keep_jobs=False, now=3300.0)
    assert soon is not None
    assert (soon.severity, soon.job_id) == ("warning", "7")
    assert "1970-01-01T01:00:00Z" in soon.message
    assert walltime_soon([facts(3600.0)], keep_jobs=False, now=3299.0) is None
    assert walltime_soon([facts(60.0)], keep_jobs=False, now=29.0) is None


def test_with_a_replacement_it_is_a_notice() -> None:
    assert walltime_soon([facts(3600.0)], keep_jobs=True, now=3599.0) is None
    soon = walltime_soon([facts(3600.0, expiring_since=3400.0)], keep_jobs=True, now=3500.0)
    assert soon is not None
    assert soon.severity == "info"


def test_a_task_that_does_not_fit_is_named() -> None:
    cut = CutTask("slow-1", 95.0, at=1000.0)
    first = task_too_long([cut], now=1001.0)
    assert first is not None
    assert "slow-1" in first.message
    assert "95.00 s" in first.message
    again = task_too_long([cut, cut], now=1001.0)
    assert again is not None
    assert "2 times" in again.message
    assert task_too_long([cut], now=9999.0) is None
    assert task_too_long([], now=0.0) is None


@pytest.mark.parametrize(
    ("walltime", "lifetime"),
    [("00:30:00", "1740s"), ("1-00:00:00", "86340s"), ("00:05:00", None), ("UNLIMITED", None), (None, None)],
)
def test_workers_end_before_slurm_ends_them(walltime: str | None, lifetime: str | None) -> None:
    options = dict.fromkeys(OPTION_NAMES) | {"walltime": walltime}
    arguments = jobqueue_keywords(options, "c")["worker_extra_args"]
    assert ("--lifetime" in arguments) == (lifetime is not None)
    assert lifetime is None or arguments[arguments.index("--lifetime") + 1] == lifetime
