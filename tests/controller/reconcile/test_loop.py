"""The reconcile loop goes on, whatever happens in one of its turns."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.controller.reconcile import loop
from jupyter_dask_slurm.controller.reconcile.dispatch import Dispatcher
from jupyter_dask_slurm.controller.reconcile.loop import Reconciler
from jupyter_dask_slurm.controller.state.history import History
from jupyter_dask_slurm.controller.state.jobs import End, JobTable, TrackedJob
from jupyter_dask_slurm.controller.state.slurm_watch import NoWatch
from jupyter_dask_slurm.controller.state.state import ClusterState
from jupyter_dask_slurm.protocol.directory import ClusterDirectory
from jupyter_dask_slurm.protocol.errors import MachineFault, SlurmRefused, SlurmUnreachable
from jupyter_dask_slurm.protocol.models import Scaling
from jupyter_dask_slurm.system import clock


class StaleOnce:
    """A watch whose first look finds a file system that is away."""

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self.looks = 0

    def next_look(self, now: float) -> float | None:
        """Look in each turn."""
        return now

    def has_answered_since(self, moment: float) -> bool:
        """Say that it has."""
        return True

    def something_happened(self) -> None:
        """Nothing is to be noted."""

    def ask_about(self, job: TrackedJob) -> None:
        """Nothing is to be noted."""

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Fail once; then end the cluster."""
        self.looks += 1
        if self.looks == 1:
            raise OSError(errno.ESTALE, "Stale file handle")
        self._state.status = "stopping"
        return []


def test_a_slurm_that_is_silent_for_days_is_asked_each_five_minutes(tmp_path: Path) -> None:
    state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0)
    nobody: Any = SimpleNamespace()
    history = History(ClusterDirectory(tmp_path).history)
    dispatcher = Dispatcher(state, JobTable("ocean-3f9c", 1), nobody, NoWatch(), history)
    for _ in range(1100):
        dispatcher.fell_silent(SlurmUnreachable("Slurm does not answer."))
    assert 299 < dispatcher.not_before - clock.now() <= 300
    dispatcher.answered()
    dispatcher.fell_silent(SlurmUnreachable("Slurm does not answer."))
    assert dispatcher.not_before - clock.now() <= 2


def test_one_allocation_whose_workers_never_connect_is_given_back(tmp_path: Path) -> None:
    state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0, one_allocation=True, in_own_job=True)
    state.keep_jobs = False
    job_table = JobTable("ocean-3f9c", 1)
    cluster: Any = SimpleNamespace(forget=lambda _name: None)
    (tmp_path / "stderr").write_text("Traceback:\nNo module named dask\n")
    reconciler = Reconciler(state, job_table, cluster, NoWatch(), History(ClusterDirectory(tmp_path).history))
    for times in range(3):
        assert (state.ended, len(state.failures)) == (None, times)
        job = job_table.new(clock.now())
        job.job_id, job.stderr = "17", str(tmp_path / "stderr")
        reconciler.job_ended(job, End("FAILED", clock.now()))
    assert state.status == "stopping"
    assert state.ended is not None
    assert state.ended.reason == (
        "Its workers never connected, 3 times in a row: its nodes are given back. "
        "They said last: No module named dask"
    )


def test_nothing_takes_the_place_of_what_is_late_in_one_allocation(tmp_path: Path) -> None:
    nobody: Any = SimpleNamespace(scheduler=SimpleNamespace(workers={}))
    history = History(ClusterDirectory(tmp_path).history)
    for one_allocation in (True, False):
        state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0, one_allocation=one_allocation)
        job_table = JobTable("ocean-3f9c", 2)
        job_table.new(clock.now()).partial_since = clock.now() - 400
        situation = Reconciler(state, job_table, nobody, NoWatch(), history)._situation(clock.now())
        assert (situation.jobs[0].missing_s > 300) is not one_allocation
        state.lower_plan()
        assert (state.plan, state.scaling.jobs) == (0, int(one_allocation))


@pytest.mark.parametrize("in_allocation", [True, False])
async def test_what_runs_in_an_allocation_ends_while_slurm_is_silent(
    tmp_path: Path, in_allocation: bool
) -> None:
    state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0, one_allocation=in_allocation)
    job_table, removed = JobTable("ocean-3f9c", 1), list[TrackedJob]()
    job_table.new(clock.now()).job_id = "17"

    async def remove(jobs: list[TrackedJob]) -> None:
        removed.extend(jobs)

    cluster: Any = SimpleNamespace(
        without_slurm=in_allocation, workers={job.name: None for job in job_table}, remove=remove
    )
    history = History(ClusterDirectory(tmp_path).history)
    reconciler = Reconciler(state, job_table, cluster, NoWatch(), history)
    reconciler.stop()
    reconciler.dispatch.fell_silent(SlurmUnreachable("Slurm does not answer."))
    await reconciler.dispatch.cancel()
    assert bool(removed) is in_allocation
    assert reconciler.dispatch.silent


@pytest.mark.parametrize("without_slurm", [True, False])
@pytest.mark.parametrize("error", [MachineFault("No process."), SlurmUnreachable("Slurm does not answer.")])
async def test_what_a_start_and_an_end_say(tmp_path: Path, without_slurm: bool, error: Any) -> None:
    """That this machine does it again they say all; that Slurm answers, only those that ask it."""
    for acts in ("submit", "cancel"):
        state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0)
        job_table = JobTable("ocean-3f9c", 1)
        job_table.new(clock.now()).cancelling = True

        async def does(_jobs: list[TrackedJob]) -> None:
            return

        cluster: Any = SimpleNamespace(
            without_slurm=without_slurm, workers=dict.fromkeys(job_table.jobs), remove=does, add=does
        )
        history = History(ClusterDirectory(tmp_path).history)
        dispatcher = Dispatcher(state, job_table, cluster, NoWatch(), history)
        dispatcher.fell_silent(error)
        dispatcher.not_before = 0.0
        await (dispatcher.submit(1) if acts == "submit" else dispatcher.cancel())
        still_silent = without_slurm and isinstance(error, SlurmUnreachable)
        assert (state.silent_since is not None) is dispatcher.silent is still_silent


@pytest.mark.parametrize("error", [MachineFault("No process."), SlurmUnreachable("Slurm does not answer.")])
async def test_what_nobody_wants_any_more_is_no_problem(tmp_path: Path, error: Any) -> None:
    state = ClusterState("ocean", Scaling("manual", jobs=1), 1, 0)
    job_table = JobTable("ocean-3f9c", 1)
    history = History(ClusterDirectory(tmp_path).history)

    async def sweep() -> list[str]:
        return []

    cluster: Any = SimpleNamespace(without_slurm=True, sweep=sweep)
    dispatcher = Dispatcher(state, job_table, cluster, NoWatch(), history)
    await dispatcher.sweep()
    job = job_table.new(clock.now())
    for is_cancelled in (True, False):
        dispatcher.fell_silent(error)
        job.cancelling = is_cancelled
        dispatcher.nothing_waits()
        assert (state.silent_since is not None) is dispatcher.silent is is_cancelled


async def test_what_another_controller_has_left_is_cancelled_once_whatever_is_wanted(tmp_path: Path) -> None:
    state = ClusterState("ocean", Scaling("manual", jobs=0), 0, 0)
    answers: list[Any] = [SlurmUnreachable("Slurm does not answer."), SlurmRefused("No."), ["7_0", "7_1"]]

    async def sweep() -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    cluster: Any = SimpleNamespace(sweep=sweep, scheduler=SimpleNamespace(workers={}))
    on_disk = ClusterDirectory(tmp_path)
    history = History(on_disk.history)
    reconciler = Reconciler(state, JobTable("ocean-3f9c", 1), cluster, NoWatch(), history)
    found: list[tuple[int, bool, bool]] = []
    for _ in range(5):
        reconciler.dispatch.not_before = 0.0
        await reconciler._turn()
        if len(found) == 2:  # a refusal is not followed by the next question at once, and then it is time
            reconciler.dispatch._cancel_at = 0.0
        found.append((len(answers), reconciler.dispatch.silent, state.cancel_refusal is not None))
    asked_refused = [(2, True, False), (1, True, True), (1, True, True)]
    assert found == [*asked_refused, (0, False, False), (0, False, False)]
    said = on_disk.history.read_text()
    assert said.count("Cancelled 2 jobs, 7_0 to 7_1: submitted by another controller of this cluster") == 1


async def test_an_error_in_one_turn_is_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "AFTER_ERROR_S", 0.01)
    state = ClusterState("ocean", Scaling("manual", jobs=0), 0, 0)
    watch = StaleOnce(state)

    async def leaves_nothing() -> bool:
        return True

    async def sweep() -> list[str]:
        return []

    nobody: Any = SimpleNamespace(
        scheduler=SimpleNamespace(workers={}),
        leaves_nothing=leaves_nothing,
        sweep=sweep,
        without_slurm=False,
    )
    history = History(ClusterDirectory(tmp_path).history)
    await Reconciler(state, JobTable("ocean-3f9c", 1), nobody, watch, history).run()
    assert watch.looks == 2
    assert "A turn failed" in caplog.text
