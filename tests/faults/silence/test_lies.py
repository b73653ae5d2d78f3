"""squeue ends well and lists none of our jobs: that is no reason to think that there are none."""

from __future__ import annotations

import pytest

from tests.faults import bent as ways
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until


def lies(*in_every_run: str) -> pytest.MarkDecorator:
    """Tell these in every run, and the others at night."""
    told = [
        pytest.param(lie, id=name, marks=() if name in in_every_run else pytest.mark.nightly)
        for name, lie in ways.LIES.items()
    ]
    return pytest.mark.parametrize("lie", told)


@lies("Invalid user", "a header and no rows")
def test_jobs_that_squeue_denies_are_neither_given_up_nor_doubled_nor_left(
    slurm: SlurmClient, launch: Launch, bent: BentCommands, lie: str
) -> None:
    controller = launch(options=HELD, jobs=2)
    controller.until(lambda c: c.jobs.queued == 2)
    before = jobs_of(slurm, controller)
    bent.bend("squeue", lie)
    cluster = controller.until(lambda c: "slurm_unreachable" in codes(c))
    assert (codes(cluster), cluster.jobs.plan, cluster.jobs.queued) == (["slurm_unreachable"], 2, 2)
    controller.request("DELETE", "/control/cluster", {})
    controller.until(lambda c: c.status == "stopping")
    asked = len(bent.calls("squeue"))
    wait_until(lambda: len(bent.calls("squeue")) > asked, "it was asked while it stops", timeout=60)
    assert controller.process.poll() is None
    assert controller.cluster.status == "stopping"
    assert jobs_of(slurm, controller).keys() <= before.keys()
    bent.bend("squeue", ways.AS_ALWAYS)
    assert controller.process.wait(120) == 0
    assert jobs_of(slurm, controller) == {}
    assert len(bent.calls("sbatch")) == 1


@lies("nothing at all")
def test_a_submission_that_squeue_denies_is_not_sent_again(
    slurm: SlurmClient, launch: Launch, bent: BentCommands, lie: str
) -> None:
    bent.bend("sbatch", 'out=$("$real" "$@"); kill -9 $$')
    bent.bend("squeue", lie)
    controller = launch(options=HELD, jobs=2)
    wait_until(lambda: len(bent.calls("squeue")) >= 2, "it was looked up twice", timeout=60)
    assert "submit_unknown" in codes(controller.until(lambda c: c.problems))
    bent.bend("squeue", ways.AS_ALWAYS)
    cluster = controller.until(lambda c: c.jobs.queued == 2 and not c.problems)
    assert (cluster.jobs.plan, len(bent.calls("sbatch"))) == (2, 1)
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller, ended=True))


@pytest.mark.nightly
def test_a_cancellation_that_had_no_effect_is_repeated(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    controller = launch(options=HELD, jobs=1)
    controller.until(lambda c: c.jobs.queued == 1)
    bent.bend("scancel", "true")
    controller.scale(0)
    wait_until(lambda: len(bent.calls("scancel")) == 1, "it was tried")
    bent.bend("scancel", ways.AS_ALWAYS)
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty", timeout=120)
