"""Many jobs in one cluster cost Slurm little."""

from __future__ import annotations

import pytest

from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import Options
from tests.slurm.client import wait_until


def test_three_hundred_jobs_are_one_sbatch_for_each_largest_array(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(Options(nodes=1, gpus=0, max_array_size=101))
    controller = launch(options={**HELD, "processes": 2}, jobs=300)
    controller.until(lambda c: c.jobs.queued == 300)
    assert [call.partition("--array=")[2] for call in bent.calls("sbatch")] == ["0-100", "0-100", "0-97"]
    assert {job.job_id for job in controller.jobs} == set(jobs_of(slurm, controller))
    names = [worker.name for job in controller.jobs for worker in job.workers]
    assert len(names) == len(set(names)) == 600

    gone = list(jobs_of(slurm, controller))[50:90]
    slurm.run("scancel", *gone)
    cluster = controller.until(lambda c: c.jobs.plan == 260)
    assert codes(cluster) == ["cancelled_outside"]
    assert len(bent.calls("sbatch")) == 3

    cancels = len(bent.calls("scancel"))
    controller.scale(0)
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty")
    assert len(bent.calls("scancel")) == cancels + 1
    assert controller.stop() == 0


@pytest.mark.parametrize(
    "options",
    [
        Options(nodes=1, gpus=0, max_array_size=2),
        Options(nodes=1, gpus=0, extra=("SchedulerParameters=max_array_tasks=2",)),
    ],
    ids=["MaxArraySize", "max_array_tasks"],
)
def test_arrays_are_as_small_as_the_site_wants_them(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands, options: Options
) -> None:
    slurm = start_slurm(options)
    controller = launch(options=HELD, jobs=4)
    controller.until(lambda c: c.jobs.queued == 4)
    assert [call.partition("--array=")[2] for call in bent.calls("sbatch")] == ["0-1", "0-1"]
    assert len(jobs_of(slurm, controller)) == 4


def test_without_job_arrays_each_job_is_submitted_by_itself(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(Options(nodes=1, gpus=0, max_array_size=0))
    controller = launch(options=HELD, jobs=5)
    controller.until(lambda c: c.jobs.queued == 5)
    assert not any("--array" in call for call in bent.calls("sbatch"))
    assert len(jobs_of(slurm, controller)) == 5
