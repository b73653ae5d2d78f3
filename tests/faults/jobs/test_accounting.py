"""Where Slurm keeps accounts, it says who cancelled a job, also after it has forgotten the job itself."""

from __future__ import annotations

import getpass
import signal

import pytest

from tests.controller.process import QUICK
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import codes
from tests.slurm import Options
from tests.slurm.client import wait_until

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


@pytest.mark.any_slurm
def test_who_cancelled_a_job_is_said(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(Options(nodes=1, gpus=0, accounting=True))
    controller = launch(options=QUICK)
    controller.until(lambda c: c.expires_at is not None)
    (job,) = controller.jobs
    slurm.run("scancel", job.job_id)
    assert codes(controller.until(lambda c: c.problems)) == ["cancelled_outside"]
    assert controller.jobs[0].reason_text == f"It was cancelled by {getpass.getuser()}."


def test_how_a_forgotten_job_ended_is_found_in_the_accounts(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(Options(nodes=1, gpus=0, accounting=True, min_job_age_s=2))
    controller = launch(options={**QUICK, "job_extra_directives": ["--hold"]})
    controller.until(lambda c: c.jobs.queued == 1)
    (job,) = controller.jobs
    controller.process.send_signal(signal.SIGSTOP)  # it cannot look before Slurm has forgotten
    slurm.run("scancel", job.job_id)
    wait_until(lambda: job.job_id not in slurm.jobs(ended=True), "Slurm has forgotten it", timeout=90)
    controller.process.send_signal(signal.SIGCONT)
    controller.until(lambda c: c.jobs.plan == 0)
    assert controller.jobs[0].state == "CANCELLED"
