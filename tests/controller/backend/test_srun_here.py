"""Workers in an allocation that is there: what becomes of their script when it, or its starter, ends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.controller.backend import srun_here
from jupyter_dask_slurm.controller.backend.events import BackendEvents
from jupyter_dask_slurm.controller.backend.srun_here import SrunHere
from jupyter_dask_slurm.controller.state.jobs import End, JobTable, TrackedJob
from jupyter_dask_slurm.protocol.directory import ClusterDirectory
from jupyter_dask_slurm.system import clock
from tests.slurm.client import wait_until


class Started:
    """A script that runs as the job's; it says its process group, and what it left in the background."""

    def __init__(self, place: Path, lines: str) -> None:
        self.table = JobTable("ocean-3f9c", 1)
        self.tracked = self.table.new(clock.now())
        self.said = place / "logs" / "17.out"
        self.said.parent.mkdir()
        self.events = BackendEvents()
        self.ended: asyncio.Queue[End] = asyncio.Queue()
        self.events.job_ended.connect(self._note)
        self.here = SrunHere(self.table, ClusterDirectory(place), self.said.parent, self.events)
        script = f"#!/bin/bash\nsleep 600 & echo $$ $!; {lines}\n"
        self.job: Any = SimpleNamespace(
            name=self.tracked.name, number=0, job_id=None, tag="", array_script=lambda: script
        )

    def _note(self, job: TrackedJob, end: End) -> None:
        job.end = end
        self.ended.put_nowait(end)

    def pids(self) -> list[int]:
        """Return what it said, once it has."""
        wait_until(lambda: self.said.is_file() and self.said.read_text().endswith("\n"), "the script runs")
        return [int(word) for word in self.said.read_text().split()]


def are_gone(pids: list[int]) -> bool:
    """Return whether processes have ended, and who started them has heard of it."""
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.fixture(autouse=True)
def in_an_allocation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "17")


async def test_what_a_script_leaves_ends_with_it(tmp_path: Path) -> None:
    started = Started(tmp_path, "exit 3")
    await started.here.submit(started.job)
    end = await asyncio.wait_for(started.ended.get(), 30)
    assert (end.state, end.exit_code) == ("FAILED", "3:0")
    pids = await asyncio.to_thread(started.pids)
    await asyncio.to_thread(wait_until, lambda: are_gone(pids), "nothing is left, no zombie either")


async def test_one_that_does_not_hear_is_killed_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(srun_here, "END_S", 0.2)
    started = Started(tmp_path, "trap '' TERM; while :; do sleep 600; done")
    await started.here.submit(started.job)
    pids = await asyncio.to_thread(started.pids)
    started.tracked.cancelling = True
    await started.here.cancel(started.job)
    assert (await asyncio.wait_for(started.ended.get(), 30)).state == "CANCELLED"
    assert are_gone(pids[:1])


def test_the_end_of_the_loop_ends_them(tmp_path: Path) -> None:
    """However it ends: of a controller that fails in the midst, nobody cancels."""
    program = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from tests.controller.backend.test_srun_here import Started\n"
        "async def main():\n    started = Started(Path(sys.argv[1]), 'sleep 600')\n"
        "    await started.here.submit(started.job)\n    print(*started.pids(), flush=True)\n"
        "    raise SystemExit(7)\nasyncio.run(main())\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, str(tmp_path)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False,
        cwd=Path(__file__).parents[3], env={**os.environ, "SLURM_JOB_ID": "17"},
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    pids = [int(word) for word in done.stdout.split()]
    wait_until(lambda: are_gone(pids), "nothing is left")
    assert "Exception ignored" not in done.stderr, done.stderr
