"""What an operator, or Slurm itself, does to jobs that work: suspended, put back, given another walltime."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.models import WorkerCounts
from tests.controller.process import QUICK, SMALL
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import codes, jobs_of
from tests.slurm import Options
from tests.slurm.client import wait_until

TWO_NODES = Options(nodes=2, gpus=0)


def _wait_for(path: str) -> str:
    while not Path(path).exists():
        time.sleep(0.1)
    return "done"


@pytest.mark.any_slurm
def test_a_job_that_is_suspended_is_said_and_not_replaced_and_goes_on(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands, tmp_path: Path
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=SMALL)
    controller.until(lambda c: c.expires_at is not None)
    (job,) = controller.jobs
    with controller.client() as client:
        result = client.submit(_wait_for, str(tmp_path / "go"))
        wait_until(lambda: any(client.processing().values()), "the task runs")
        asked = len(bent.calls("squeue"))
        slurm.run("scontrol", "suspend", job.job_id)
        (tmp_path / "go").touch()
        suspended = controller.until(lambda c: "suspended" in codes(c), timeout=60)
        assert (suspended.jobs.queued, suspended.jobs.working, suspended.jobs.missing) == (1, 0, 0)
        assert suspended.waiting
        assert "suspended" in (suspended.waiting.reason_text or "")
        (problem,) = suspended.problems
        assert job.job_id in problem.message
        (seen,) = controller.jobs
        assert (seen.state, seen.phase) == ("SUSPENDED", "queued")
        assert len(bent.calls("squeue")) > asked
        assert not result.done()
        slurm.run("scontrol", "resume", job.job_id)
        assert result.result(timeout=60) == "done"
        controller.until(lambda c: c.jobs.working == 1 and c.problems == ())
    wait_until(lambda: controller.jobs[0].state == "RUNNING", "what squeue says is known")
    assert [one.job_id for one in controller.jobs] == [job.job_id]
    assert len(bent.calls("sbatch")) == 1
    assert "lost" not in controller.history


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_a_suspended_worker_is_spared_by_dask_too(
    start_slurm: StartSlurm, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "30s")
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=SMALL)
    controller.until(lambda c: c.expires_at is not None)
    (job,) = controller.jobs
    with controller.client() as client:
        held = client.submit(os.getpid)
        pid = held.result(timeout=30)
        slurm.run("scontrol", "suspend", job.job_id)
        controller.until(lambda c: "suspended" in codes(c), timeout=60)
        looks = time.monotonic() + 100
        wait_until(lambda: time.monotonic() > looks, "Dask has looked three times", timeout=120)
        assert controller.cluster.workers == WorkerCounts(connected=1, expected=1)
        slurm.run("scontrol", "resume", job.job_id)
        controller.until(lambda c: c.jobs.working == 1 and c.problems == ())
        assert client.submit(os.getpid, pure=False).result(timeout=30) == pid, "its process is the same"
        assert held.result() == pid


@pytest.mark.nightly
@pytest.mark.timeout(400)
@pytest.mark.parametrize("keep_jobs", [True, False])
def test_a_longer_walltime_is_known_before_anything_is_said_or_done_of_the_end(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands, keep_jobs: bool
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options={**QUICK, "walltime": "00:01:00", "keep_jobs": keep_jobs})
    settled = controller.until(lambda c: c.expires_at is not None and c.jobs.working == 1)
    (job,) = controller.jobs
    slurm.run("scontrol", "update", f"JobId={job.job_id}", "TimeLimit=10")
    asked = len(bent.calls("squeue"))
    said = controller.until(
        lambda c: c.expires_at != settled.expires_at or c.problems != () or c.jobs.queued > 0, timeout=60
    )
    assert (said.problems, said.jobs.working, said.jobs.queued) == ((), 1, 0)
    assert len(bent.calls("squeue")) == asked + 1, "it was asked for when it mattered, and once"
    assert "expiring" not in controller.history
    assert list(jobs_of(slurm, controller)) == [job.job_id]


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_a_job_that_somebody_has_requeued_is_waited_for(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=SMALL)
    controller.until(lambda c: c.expires_at is not None)
    (job,) = controller.jobs
    slurm.run("scontrol", "requeue", job.job_id)
    waits = controller.until(lambda c: c.waiting and c.waiting.reason == "BeginTime")
    assert waits.waiting
    assert "put it back into the queue" in (waits.waiting.reason_text or "")
    # Slurm lets it wait for two minutes.
    controller.working(jobs=1, timeout=240)
    wait_until(lambda: controller.jobs[0].restarts == 1, "the restart is known", timeout=60)
    assert [one.job_id for one in controller.jobs] == [job.job_id] == list(jobs_of(slurm, controller))
    assert len(bent.calls("sbatch")) == 1


def test_a_job_that_waits_and_is_held_says_so(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options={**QUICK, "job_extra_directives": ["--begin=now+1hour"]})
    waits = controller.until(lambda c: c.waiting is not None)
    assert waits.waiting
    slurm.run("scontrol", "hold", controller.jobs[0].job_id)
    held = controller.until(
        lambda c: c.waiting and (c.waiting.reason or "").startswith("JobHeld"), timeout=60
    )
    assert held.waiting
    assert "hold" in (held.waiting.reason_text or "")
    slurm.run("scontrol", "release", controller.jobs[0].job_id)
