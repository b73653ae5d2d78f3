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
from jupyter_dask_slurm.protocol.errors import SlurmUnreachable
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


async def test_an_error_in_one_turn_is_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "AFTER_ERROR_S", 0.01)
    state = ClusterState("ocean", Scaling("manual", jobs=0), 0, 0)
    watch = StaleOnce(state)

    async def leaves_nothing() -> bool:
        return True

    nobody: Any = SimpleNamespace(scheduler=SimpleNamespace(workers={}), leaves_nothing=leaves_nothing)
    history = History(ClusterDirectory(tmp_path).history)
    await Reconciler(state, JobTable("ocean-3f9c", 1), nobody, watch, history).run()
    assert watch.looks == 2
    assert "A turn failed" in caplog.text
