"""Adaptive scaling on a real Slurm: jobs come with the work, go after it, and none in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_dask_slurm.controller.reconcile.adaptive import HOLD_S
from jupyter_dask_slurm.protocol.models import JobCounts
from tests.controller.conftest import Launch
from tests.controller.counting import CountedCommands
from tests.controller.process import ControllerProcess
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until


@pytest.fixture
def counted(tmp_path: Path) -> CountedCommands:
    folder = tmp_path / "bin"
    folder.mkdir()
    return CountedCommands(folder)


def adapt(controller: ControllerProcess, minimum: int, maximum: int) -> None:
    scaling = {"mode": "adaptive", "minimum_jobs": minimum, "maximum_jobs": maximum}
    status, body = controller.request("PATCH", "/control/cluster", {"scaling": scaling})
    assert (status, body["scaling"]) == (200, scaling)


@contextmanager
def watched(controller: ControllerProcess) -> Iterator[list[JobCounts]]:
    """Collect what the controller tells of its jobs meanwhile."""
    seen: list[JobCounts] = []
    over = threading.Event()

    def collect() -> None:
        for cluster in controller.events():
            seen.append(cluster.jobs)
            if over.is_set():
                return

    collector = threading.Thread(target=collect, daemon=True)
    collector.start()
    yield seen
    over.set()


def slow(x: int) -> int:
    time.sleep(0.2)
    return x + 1


def test_jobs_come_with_work_and_switching_to_manual_leaves_just_those_asked_for(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands
) -> None:
    controller = launch(
        "slurm",
        scaling={"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 2},
        environment=counted.environment,
    )
    assert controller.until(lambda c: c.status == "running").jobs.plan == 0
    with controller.client() as client:
        futures = client.map(slow, range(120))
        assert client.gather(futures) == list(range(1, 121))
        controller.until(lambda c: c.jobs.working >= 1)
        assert controller.cluster.jobs.plan in (1, 2)
        assert counted.calls("scancel") == [], "nothing was submitted in vain"
        controller.scale(1)
        controller.working(jobs=1)
        adapt(controller, 2, 2)
        controller.working(jobs=2)
        with watched(controller) as seen:
            controller.scale(1)
            controller.working(jobs=1)
            controller.until(lambda c: c.jobs.leaving == 0)
        assert client.gather(futures) == list(range(1, 121)), "results moved with their jobs"
    assert any(counts.leaving for counts in seen)
    assert not any(counts.missing for counts in seen), "what we end ourselves is not missing"
    assert controller.stop() == 0


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_jobs_go_down_to_the_minimum_after_the_work(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands
) -> None:
    controller = launch("slurm", environment=counted.environment)
    controller.until(lambda c: c.status == "running")
    adapt(controller, 0, 2)
    with controller.client() as client:
        assert client.gather(client.map(slow, range(60))) == list(range(1, 61))
    controller.until(lambda c: c.jobs.plan == 0, timeout=HOLD_S + 60)
    wait_until(lambda: controller.cluster.jobs.working == 0, "the jobs have gone")


@pytest.mark.nightly
@pytest.mark.timeout(400)
@pytest.mark.parametrize("processes", [1, 2])
def test_several_workers_in_a_job_and_pauses_between_computations_do_not_thrash(
    slurm: SlurmClient, launch: Launch, counted: CountedCommands, processes: int
) -> None:
    """The scripts of dask-jobqueue's issues 498 and 701.

    There each second brought an sbatch and a scancel; and all workers left after each of several
    computations that follow each other.
    """
    da = pytest.importorskip("dask.array")
    controller = launch(
        "slurm",
        options={"cores": 2, "processes": processes, "memory": "1 GB", "walltime": "00:10:00"},
        scaling={"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 2},
        environment=counted.environment,
    )
    controller.until(lambda c: c.status == "running")
    with controller.client() as client:
        for _ in range(3):
            array = da.ones((400, 400), chunks=(40, 40))
            assert client.compute((array + array.T).sum()).result(timeout=120) == 320_000
            time.sleep(10)
    assert len(counted.calls("sbatch")) <= 2
    assert counted.calls("scancel") == []
