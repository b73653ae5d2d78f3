"""Slurm forgets ended jobs early (``MinJobAge``): what became of them is not made up."""

from __future__ import annotations

import pytest

from tests.controller.process import QUICK, ControllerProcess
from tests.faults import bent as ways
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import Options, PrivateSlurm
from tests.slurm.client import wait_until

FORGETFUL = Options(nodes=1, gpus=0, min_job_age_s=5)
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def until_forgotten(slurm: PrivateSlurm, controller: ControllerProcess) -> None:
    wait_until(lambda: not jobs_of(slurm, controller, ended=True), "Slurm has forgotten the job", 90)


def test_a_queued_job_that_was_cancelled_and_forgotten_is_not_submitted_again(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(FORGETFUL)
    controller = launch(options=HELD)
    controller.until(lambda c: c.jobs.queued == 1)
    bent.bend("squeue", ways.TIMES_OUT)
    slurm.run("scancel", *jobs_of(slurm, controller))
    until_forgotten(slurm, controller)
    bent.bend("squeue", ways.AS_ALWAYS)
    cluster = controller.until(lambda c: codes(c) == ["cancelled_outside"], timeout=100)
    assert cluster.jobs.plan == 0
    assert len(bent.calls("sbatch")) == 1


def test_a_queued_job_that_started_failed_and_was_forgotten_is_not_called_cancelled(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(FORGETFUL)
    controller = launch(options={**HELD, "python": "/nowhere/python"})
    controller.until(lambda c: c.jobs.queued == 1)
    (job_id,) = jobs_of(slurm, controller)
    bent.bend("squeue", ways.TIMES_OUT)
    slurm.run("scontrol", "release", job_id)
    until_forgotten(slurm, controller)
    bent.bend("squeue", ways.AS_ALWAYS)
    cluster = controller.until(lambda c: c.jobs.queued == 1 and not c.problems, timeout=100)
    assert cluster.jobs.plan == 1
    assert [(job.job_id, job.state) for job in controller.jobs if job.phase == "ended"] == [
        (job_id, "UNKNOWN")
    ]


def test_a_running_job_that_ended_and_was_forgotten_is_replaced(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(FORGETFUL)
    controller = launch(options=QUICK)
    controller.until(lambda c: c.expires_at is not None)
    (job_id,) = jobs_of(slurm, controller)
    bent.bend("squeue", ways.TIMES_OUT)
    slurm.run("scancel", job_id)
    until_forgotten(slurm, controller)
    bent.bend("squeue", ways.AS_ALWAYS)
    controller.working(jobs=1, timeout=100)
    ended, _ = controller.jobs
    assert (ended.job_id, ended.state, ended.reason_text) == (job_id, "UNKNOWN", "How it ended is not known.")
    assert controller.cluster.problems == ()
