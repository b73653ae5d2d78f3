"""sbatch refuses, hangs, loses its answer, or says more than it was asked."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.controller.process import SMALL
from tests.faults import bent as ways
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import Options, SlurmClient
from tests.slurm.client import wait_until

QUICK = Options(nodes=1, gpus=0, extra=("MessageTimeout=3",))


def test_a_refusal_is_said_in_slurms_words(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch(jobs=0, options={**SMALL, "job_extra_directives": ["--reservation=no_such_one"]})
    controller.until(lambda c: c.status == "running")
    controller.scale(1)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["submit_refused"]
    details = cluster.problems[0].details or ""
    assert "Requested reservation is invalid" in details
    assert "#SBATCH --reservation=no_such_one" in details
    assert (cluster.jobs.plan, controller.jobs) == (1, [])


def test_an_answer_lost_between_slurm_and_us_makes_no_second_job(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    bent.bend("sbatch", 'out=$("$real" "$@"); kill -9 $$')
    controller = launch(options=HELD, jobs=3)
    cluster = controller.until(lambda c: c.jobs.queued == 3)
    assert len(bent.calls("sbatch")) == 1
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller))
    assert cluster.problems == ()


def test_a_request_that_never_arrived_is_sent_again(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    bent.bend("sbatch", "kill -9 $$")
    controller = launch(options=HELD, jobs=3)
    assert codes(controller.until(lambda c: c.problems)) == ["submit_unknown"]
    bent.bend("sbatch", ways.AS_ALWAYS)
    cluster = controller.until(lambda c: c.jobs.queued == 3 and not c.problems)
    assert (cluster.jobs.plan, len(jobs_of(slurm, controller))) == (3, 3)


def test_a_job_that_slurm_makes_long_after_saying_no_belongs_to_nobody_and_is_cancelled(
    slurm: SlurmClient, launch: Launch, bent: BentCommands, tmp_path: Path
) -> None:
    bent.bend("sbatch", f"test -e {tmp_path}/script || cat > {tmp_path}/script; kill -9 $$")
    controller = launch(options=HELD, jobs=3)
    wait_until(lambda: len(bent.calls("sbatch")) >= 2, "the first submission was given up")
    arguments = shlex.split(bent.calls("sbatch")[0])
    late = slurm.run("sbatch", *arguments, str(tmp_path / "script")).strip()
    assert jobs_of(slurm, controller).keys() == {f"{late}_{index}" for index in range(3)}
    bent.bend("sbatch", ways.AS_ALWAYS)
    controller.until(lambda c: c.jobs.queued == 3 and not c.problems)
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller))


@pytest.mark.parametrize("banner", [ways.WITH_BANNERS, ways.WITH_A_BARE_NUMBER], ids=["words", "number"])
def test_a_banner_with_digits_is_no_job_id(
    slurm: SlurmClient, launch: Launch, bent: BentCommands, banner: str
) -> None:
    bent.bend("sbatch", banner)
    controller = launch(options=HELD, jobs=2)
    cluster = controller.until(lambda c: c.jobs.queued == 2)
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller))
    assert (len(bent.calls("sbatch")), cluster.problems) == (1, ())


def test_slurm_that_stalls_between_intent_and_answer_gets_no_job_twice(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(QUICK)
    controller = launch(options=HELD, jobs=0)
    controller.until(lambda c: c.status == "running")
    slurm.freeze()
    controller.scale(3)
    controller.until(lambda c: "slurm_unreachable" in codes(c))
    slurm.thaw()
    cluster = controller.until(lambda c: c.jobs.queued == 3 and not c.problems)
    assert cluster.jobs.plan == 3
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller))
    assert len(jobs_of(slurm, controller, ended=True)) == 3


@pytest.mark.nightly
def test_sbatch_that_hangs_is_ended_and_does_not_keep_the_cluster(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    bent.bend("sbatch", ways.HANGS)
    controller = launch(options=HELD, jobs=2)
    problem = controller.until(lambda c: c.problems).problems[0]
    assert problem.code == "submit_unknown"
    assert "20 s" in (problem.details or "")
    assert controller.stop() == 0
    assert jobs_of(slurm, controller, ended=True) == {}


def test_a_cancel_that_failed_is_repeated(slurm: SlurmClient, launch: Launch, bent: BentCommands) -> None:
    controller = launch(options=HELD, jobs=2)
    controller.until(lambda c: c.jobs.queued == 2)
    bent.bend("scancel", ways.TIMES_OUT)
    controller.scale(0)
    wait_until(lambda: len(bent.calls("scancel")) >= 1, "it was tried")
    controller.until(lambda c: "slurm_unreachable" in codes(c))
    assert len(jobs_of(slurm, controller)) == 2
    bent.bend("scancel", ways.AS_ALWAYS)
    controller.until(lambda c: c.jobs.queued == 0 and not c.problems)
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty")


def test_a_cancel_that_slurm_refuses_is_said_repeated_and_keeps_nothing_else_from_happening(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    controller = launch(options=HELD, jobs=2)
    controller.until(lambda c: c.jobs.queued == 2)
    bent.bend("scancel", ways.IS_REFUSED)
    controller.scale(1)
    problem = controller.until(lambda c: c.problems).problems[0]
    assert problem.code == "cancel_refused"
    assert "Access/permission denied" in (problem.details or "")
    # The refused one is on its way out: a third job is submitted beside the one that stays.
    controller.scale(2)
    wait_until(lambda: len(jobs_of(slurm, controller)) == 3, "another one is submitted")
    bent.bend("scancel", ways.AS_ALWAYS)
    controller.until(lambda c: c.jobs.queued == 2 and not c.problems)
    assert len(jobs_of(slurm, controller)) == 2
