"""A node goes: what Slurm requeues is waited for, what it does not is replaced."""

from __future__ import annotations

import pytest

from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import ONE_WORKER, jobs_of
from tests.slurm import Options
from tests.slurm.client import wait_until

TWO_NODES = Options(nodes=2, gpus=0)


def test_a_job_whose_node_failed_is_replaced(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options={**ONE_WORKER, "job_extra_directives": ["--no-requeue"]})
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    slurm.node_down(first.node or "")
    controller.until(lambda _: [job.phase for job in controller.jobs] == ["ended", "working"])
    ended, replacement = controller.jobs
    assert (ended.job_id, ended.state, ended.reason_text) == (first.job_id, "NODE_FAIL", "Its node failed.")
    assert replacement.node != first.node
    assert (controller.cluster.problems, controller.cluster.jobs.plan) == ((), 1)
    assert len(bent.calls("sbatch")) == 2
    assert list(jobs_of(slurm, controller)) == [replacement.job_id]


@pytest.mark.any_slurm
def test_a_job_that_slurm_requeues_comes_back_and_is_not_doubled(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=ONE_WORKER)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    slurm.node_down(first.node or "")
    cluster = controller.until(lambda c: c.waiting and c.waiting.reason == "BeginTime")
    assert cluster.waiting
    assert "put it back into the queue" in (cluster.waiting.reason_text or "")
    assert "put it back into the queue" in (controller.jobs[0].reason_text or "")
    # Slurm lets a requeued job wait for two minutes; an administrator need not.
    slurm.run("scontrol", "update", f"JobId={first.job_id}", "StartTime=now")
    controller.working(jobs=1)
    wait_until(lambda: controller.jobs[0].restarts == 1, "the restart is known")
    assert [job.job_id for job in controller.jobs] == [first.job_id]
    assert len(bent.calls("sbatch")) == 1
    with controller.client() as client:
        assert client.submit(sum, [1, 2]).result(timeout=30) == 3


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_a_node_without_power_is_noticed_before_slurm_does(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=ONE_WORKER)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    slurm.crash_node(first.node or "")
    controller.until(lambda c: c.jobs.missing == 1)
    controller.until(lambda c: c.jobs.working == 1, timeout=200)
    working = [job for job in controller.jobs if job.phase == "working"]
    assert [job.node for job in working] != [first.node]
    slurm.start_node(first.node or "")
    wait_until(lambda: list(jobs_of(slurm, controller)) == [working[0].job_id], "the old job is gone", 60)
