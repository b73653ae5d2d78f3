"""Every case of the decision, a line each."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.reconcile.decide import (
    Decision,
    JobView,
    Situation,
    back_off_s,
    decide,
    is_held,
    try_again_s,
)
from jupyter_dask_slurm.protocol.models import JobPhase


def view(name: str, phase: JobPhase, *, idle: bool = True, missing_s: float = 0.0) -> JobView:
    return JobView(name, phase, order=ord(name), idle=idle, missing_s=missing_s)


QUEUED, STARTING = view("q", "queued"), view("s", "starting")
IDLE, BUSY = view("i", "working"), view("b", "working", idle=False)
BRIEFLY, LOST = view("m", "missing", missing_s=5), view("l", "missing", missing_s=61)
PARTIAL, INCOMPLETE = view("p", "starting", missing_s=299), view("n", "starting", missing_s=301)

CASES = [
    ("nothing wanted, nothing there", Situation(0), Decision()),
    ("all wanted are missing", Situation(3), Decision(submit=3)),
    ("some are on their way", Situation(3, [QUEUED, STARTING]), Decision(submit=1)),
    ("as planned", Situation(2, [QUEUED, BUSY]), Decision()),
    ("nothing is submitted while it is held", Situation(3, [QUEUED], held=True), Decision()),
    ("held: surplus goes all the same", Situation(0, [QUEUED], held=True), Decision(cancel=("q",))),
    ("queued ones go first", Situation(2, [BUSY, IDLE, QUEUED]), Decision(cancel=("q",))),
    ("then those that start", Situation(2, [BUSY, IDLE, STARTING]), Decision(cancel=("s",))),
    ("then idle ones", Situation(1, [IDLE, BUSY]), Decision(cancel=("i",))),
    ("busy ones last, and their results move", Situation(0, [BUSY, IDLE]), Decision(0, ("i",), ("b",))),
    (
        "of equals the youngest goes",
        Situation(1, [view("x", "queued"), view("y", "queued")]),
        Decision(cancel=("y",)),
    ),
    (
        "all of them, when all are queued",
        Situation(0, [QUEUED, view("r", "queued")]),
        Decision(0, ("r", "q")),
    ),
    ("a worker that may come back is waited for", Situation(1, [BRIEFLY]), Decision()),
    ("one that does not is replaced", Situation(1, [LOST]), Decision(submit=1, retire=("l",))),
    ("a lost one is no surplus", Situation(1, [LOST, BUSY]), Decision(retire=("l",))),
    ("workers that may yet come are waited for", Situation(1, [PARTIAL]), Decision()),
    (
        "a job of which some never come is replaced, and its others hand over",
        Situation(1, [INCOMPLETE]),
        Decision(submit=1, retire=("n",), incomplete=("n",)),
    ),
    ("a missing one goes before a working one", Situation(1, [IDLE, BRIEFLY]), Decision(retire=("m",))),
]


@pytest.mark.parametrize(("situation", "decision"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_decision(situation: Situation, decision: Decision) -> None:
    assert decide(situation) == decision


@pytest.mark.parametrize(
    ("is_refused", "failures", "pause_s", "held"),
    [
        (False, 0, 0.0, False),
        (False, 2, -1.0, False),
        (False, 3, -1.0, True),
        (False, 0, 0.1, True),
        (True, 0, 0.0, True),
    ],
)
def test_three_failures_a_refusal_or_a_pause_hold_submissions(
    is_refused: bool, failures: int, pause_s: float, held: bool
) -> None:
    assert is_held(is_refused=is_refused, failures=failures, pause_s=pause_s) == held


def test_back_off_grows_and_is_bounded() -> None:
    assert [back_off_s(failures) for failures in (0, 1, 2, 3, 20)] == [0, 5, 10, 20, 60]
    # So many jobs of one submission may fail together.
    assert back_off_s(2000) == 60


def test_what_slurm_does_not_take_yet_is_tried_less_and_less_often_but_for_ever() -> None:
    times = [try_again_s(refusals) for refusals in range(1, 9)]
    assert times == [5, 10, 20, 40, 80, 160, 300, 300]
    assert try_again_s(10**6) == 300


def test_what_is_held_still_lacks() -> None:
    assert decide(Situation(3, [IDLE], held=True)).lacking == 2
    assert decide(Situation(1, [IDLE], held=True)).lacking == 0
