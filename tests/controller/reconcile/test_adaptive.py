"""How many jobs suit a load: every case of the decision, a line each."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.controller.reconcile.adaptive import HOLD_S, MOST_WAITING, Limits, Load, Lull, adapt
from jupyter_dask_slurm.controller.reconcile.planner import load_of
from jupyter_dask_slurm.controller.state.jobs import JobTable, SlurmView

UP_TO_TEN = Limits(0, 10)
MANY = Limits(0, 1000)
OVER = HOLD_S + 1

CASES = [
    ("nothing to do, nothing there", 0, Load(0, 2), UP_TO_TEN, None, 0, None),
    ("work comes: at once", 0, Load(4, 2), UP_TO_TEN, None, 2, None),
    ("whole jobs", 0, Load(3, 2), UP_TO_TEN, None, 2, None),
    ("never above the maximum", 0, Load(99, 2), UP_TO_TEN, None, 10, None),
    ("never below the minimum", 0, Load(0, 2), Limits(1, 10), None, 1, None),
    ("enough is on its way", 2, Load(4, 2, waiting=2), UP_TO_TEN, None, 2, None),
    ("only so many wait at a time", 0, Load(1000, 1), MANY, None, MOST_WAITING, None),
    ("more when some have started", 50, Load(1000, 1, waiting=40), MANY, None, 60, None),
    ("the cap takes nothing away", 60, Load(1000, 1, waiting=60), MANY, None, 60, None),
    ("no cap delays the minimum", 0, Load(0, 1), Limits(200, 300), None, 200, None),
    ("less work: not yet", 4, Load(2, 2), UP_TO_TEN, None, 4, Lull(100.0, 1)),
    ("less work for long enough", 4, Load(2, 2), UP_TO_TEN, Lull(100 - OVER, 1), 1, None),
    ("less work for a while", 4, Load(2, 2), UP_TO_TEN, Lull(90.0, 1), 4, Lull(90.0, 1)),
    ("the most that was needed meanwhile", 4, Load(2, 2), UP_TO_TEN, Lull(90.0, 3), 4, Lull(90.0, 3)),
    ("down to that, then further", 4, Load(2, 2), UP_TO_TEN, Lull(100 - OVER, 3), 3, Lull(100.0, 1)),
    ("work again: the lull is over", 4, Load(8, 2), UP_TO_TEN, Lull(90.0, 1), 4, None),
    ("a busy job is never taken", 3, Load(2, 2, busy=3), UP_TO_TEN, Lull(100 - OVER, 1), 3, None),
    ("jobs that leave ask for none", 1, Load(4, 2, present=4, busy=2), UP_TO_TEN, None, 1, None),
    ("a lower maximum holds at once", 8, Load(99, 2), Limits(0, 3), None, 3, None),
]


@pytest.mark.parametrize(("case", "plan", "load", "limits", "lull", "wanted", "remembered"), CASES)
def test_decision(
    *,
    case: str,
    plan: int,
    load: Load,
    limits: Limits,
    lull: Lull | None,
    wanted: int,
    remembered: Lull | None,
) -> None:
    assert adapt(plan, load, limits, lull, now=100.0) == (wanted, remembered), case


def test_a_load_that_comes_and_goes_moves_no_job() -> None:
    plan, lull = 4, None
    plans = []
    for second in range(0, 600, 3):
        plan, lull = adapt(plan, Load(8 if second % 30 < 3 else 0, 2), UP_TO_TEN, lull, float(second))
        plans.append(plan)
    assert set(plans) == {4}


def test_workers_of_all_nodes_count() -> None:
    """Two workers on each of three nodes: 13 workers are three jobs."""
    table = JobTable("ocean-3f9c", 2, 3)
    half, queued = table.new(0.0), table.new(0.0)
    half.job_id, half.seen = "17", SlurmView("RUNNING", node="n[1-3]")
    queued.job_id = "18"
    workers: Any = {name: SimpleNamespace(processing={"task": 1}) for name in half.workers[:3]}
    scheduler: Any = SimpleNamespace(adaptive_target=lambda: 13)
    load = load_of(table, workers, scheduler)
    # Half a job counts as one on its way: what it lacks is not asked for once more.
    assert load == Load(workers=13, per_job=6, present=3, waiting=2, busy=1)
    assert adapt(2, load, UP_TO_TEN, None, now=0.0) == (3, None)
