"""A node goes: another job takes the place of its own, also where Slurm requeues that, never beside it."""

from __future__ import annotations

import pytest

from tests.controller.process import QUICK
from tests.faults.bent import AS_ALWAYS, BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import jobs_of
from tests.slurm import Options
from tests.slurm.client import wait_until

TWO_NODES = Options(nodes=2, gpus=0)


def test_a_job_whose_node_failed_is_replaced(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options={**QUICK, "job_extra_directives": ["--no-requeue"]})
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
def test_a_job_that_slurm_requeues_after_its_node_failed_makes_way_for_another(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=QUICK)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    # Whatever sbatch is sent, the old one is certainly gone by then.
    before = controller.directory / "before"
    bent.bend("sbatch", f"squeue -h -j {first.job_id} -o %T > '{before}' 2>&1\n{AS_ALWAYS}")
    slurm.node_down(first.node or "")
    # Slurm would let it wait for two minutes.
    controller.until(lambda _: [job.phase for job in controller.jobs] == ["ended", "working"], timeout=90)
    old, fresh = controller.jobs
    assert (old.job_id, old.state, old.restarts) == (first.job_id, "CANCELLED", 1)
    assert (old.reason_text or "").startswith("Its node failed")
    assert fresh.node != first.node
    assert before.read_text().strip() in ("", "slurm_load_jobs error: Invalid job id specified")
    assert len(bent.calls("sbatch")) == 2
    cluster = controller.until(lambda c: c.jobs.working == 1 and c.jobs.leaving == 0)
    assert (cluster.problems, cluster.jobs.plan) == ((), 1)
    assert list(jobs_of(slurm, controller)) == [fresh.job_id]
    assert "put back" in controller.history
    with controller.client() as client:
        assert client.submit(sum, [1, 2]).result(timeout=30) == 3


@pytest.mark.any_slurm
def test_a_job_that_is_requeued_from_a_node_that_is_well_comes_back_and_is_not_doubled(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=QUICK)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    slurm.run("scontrol", "requeue", first.job_id)
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


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_one_of_two_nodes_dies_and_slurm_requeues_its_job(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = start_slurm(Options(nodes=3, cpus=2, gpus=0, extra=("SlurmdTimeout=10",)))
    controller = launch(jobs=2, options={**QUICK, "cores": 2})
    controller.until(lambda c: c.expires_at is not None and c.jobs.working == 2)
    wait_until(lambda: all(job.node for job in controller.jobs), "the nodes are known")
    dead, well = controller.jobs
    slurm.crash_node(dead.node or "")
    most_running = 0

    def replaced() -> bool:
        nonlocal most_running
        running = [state for state in jobs_of(slurm, controller).values() if state == "RUNNING"]
        most_running = max(most_running, len(running))
        return [job.phase for job in controller.jobs] == ["ended", "working", "working"]

    wait_until(replaced, "another one works in its place", timeout=110)
    assert most_running == 2
    assert len(bent.calls("sbatch")) == 2
    fresh = controller.jobs[-1]
    assert set(jobs_of(slurm, controller)) == {well.job_id, fresh.job_id}
    slurm.start_node(dead.node or "")
    controller.until(lambda c: c.jobs.working == 2 and c.jobs.leaving == 0 and c.problems == ())


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_a_node_without_power_is_noticed_before_slurm_does(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(TWO_NODES)
    controller = launch(options=QUICK)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    slurm.crash_node(first.node or "")
    controller.until(lambda c: c.jobs.missing == 1)
    controller.until(lambda c: c.jobs.working == 1, timeout=200)
    working = [job for job in controller.jobs if job.phase == "working"]
    assert [job.node for job in working] != [first.node]
    slurm.start_node(first.node or "")
    wait_until(lambda: list(jobs_of(slurm, controller)) == [working[0].job_id], "the old job is gone", 60)
