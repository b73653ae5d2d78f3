"""Somebody cancels our jobs: we do not fight the operator."""

from __future__ import annotations

from tests.controller.process import QUICK
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import Options, SlurmClient
from tests.slurm.client import wait_until


def test_a_queued_job_is_not_submitted_again_until_its_user_says_so(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    controller = launch(options=HELD)
    controller.until(lambda c: c.jobs.queued == 1)
    (job_id,) = jobs_of(slurm, controller)
    slurm.run("scancel", job_id)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["cancelled_outside"]
    assert job_id in cluster.problems[0].message
    assert (cluster.jobs.plan, cluster.scaling.jobs) == (0, 0)
    assert len(bent.calls("sbatch")) == 1
    key = {"Idempotency-Key": "once"}
    for _ in range(2):  # the second time as one whose answer did not come
        status, again = controller.request(
            "POST", "/control/problems/cancelled_outside/resubmit", {"cores_elsewhere": 0}, key
        )
        assert (status, again["jobs"]["plan"], again["problems"]) == (200, 1, [])
    controller.until(lambda c: c.jobs.queued == 1)
    assert set(jobs_of(slurm, controller).values()) == {"PENDING"}


def test_a_running_job_is_not_submitted_again_until_its_user_says_so(
    slurm: SlurmClient, launch: Launch, bent: BentCommands
) -> None:
    controller = launch(options=QUICK, jobs=2)
    controller.working(jobs=2)
    victim = min(jobs_of(slurm, controller))
    slurm.run("scancel", victim)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["cancelled_outside"]
    assert (cluster.jobs.plan, cluster.workers) == (1, cluster.workers)
    assert len(bent.calls("sbatch")) == 1
    controller.request("POST", "/control/problems/cancelled_outside/resubmit")
    controller.working(jobs=2)
    with controller.client() as client:
        assert client.submit(sum, [1, 2]).result(timeout=30) == 3


def test_a_whole_array_is_not_submitted_again_until_its_user_says_so(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(Options(nodes=1, cpus=2, gpus=0))  # one job runs, the others wait
    controller = launch(options=QUICK, jobs=3)
    controller.until(lambda c: (c.jobs.working, c.jobs.queued) == (1, 2))
    array = next(iter(jobs_of(slurm, controller))).split("_")[0]
    slurm.run("scancel", array)
    cluster = controller.until(lambda c: c.jobs.plan == 0)
    assert codes(cluster) == ["cancelled_outside"]
    assert all(f"{array}_{index}" in cluster.problems[0].message for index in range(3))
    assert len(bent.calls("sbatch")) == 1
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty")
    controller.request("POST", "/control/problems/cancelled_outside/resubmit")
    controller.until(lambda c: (c.jobs.working, c.jobs.queued) == (1, 2))
    assert len(bent.calls("sbatch")) == 2


def test_scaling_afterwards_does_what_it_says(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch(options=HELD, jobs=4)
    controller.until(lambda c: c.jobs.queued == 4)
    first, second, *_ = jobs_of(slurm, controller)
    slurm.run("scancel", first, second)
    controller.until(lambda c: c.jobs.plan == c.jobs.queued == 2)
    assert controller.scale(3).problems == ()
    controller.until(lambda c: c.jobs.queued == 3)
    assert len(jobs_of(slurm, controller)) == 3
    controller.scale(0)
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty")
