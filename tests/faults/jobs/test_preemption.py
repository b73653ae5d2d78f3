"""A job of higher priority takes our job's place: waited for where it comes back, else replaced."""

from __future__ import annotations

import os

import pytest

from tests.controller.process import SMALL
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import codes
from tests.slurm import Options, PrivateSlurm
from tests.slurm.client import wait_until
from tests.slurm.options import Partition

WHOLE_NODE = {**SMALL, "cores": 2, "partition": "low"}
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def _slurm(start_slurm: StartSlurm, mode: str) -> PrivateSlurm:
    partitions = (
        Partition("low", default=True, extra=f"PriorityTier=1 PreemptMode={mode.partition(',')[0]}"),
        Partition("high", extra="PriorityTier=10 PreemptMode=OFF"),
    )
    preemption = ("PreemptType=preempt/partition_prio", f"PreemptMode={mode}")
    return start_slurm(Options(nodes=1, cpus=2, gpus=0, partitions=partitions, extra=preemption))


def test_a_job_that_is_preempted_by_suspending_it_goes_on_afterwards(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = _slurm(start_slurm, "SUSPEND,GANG")
    controller = launch(options=WHOLE_NODE)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    with controller.client() as client:
        pid = client.submit(os.getpid).result(timeout=30)
        other = _preempt(slurm)
        suspended = controller.until(lambda c: "suspended" in codes(c), timeout=120)
        assert (suspended.jobs.queued, suspended.jobs.plan) == (1, 1)
        slurm.run("scancel", other)
        controller.until(lambda c: c.jobs.working == 1 and c.problems == (), timeout=120)
        assert client.submit(os.getpid, pure=False).result(timeout=30) == pid
    assert [job.job_id for job in controller.jobs] == [first.job_id]
    assert len(bent.calls("sbatch")) == 1


def _preempt(slurm: PrivateSlurm) -> str:
    """Submit what takes the node from our job."""
    job_id = slurm.run(
        "sbatch",
        "--parsable",
        "-p",
        "high",
        "-c",
        "2",
        "--mem",
        "100",
        "-o",
        "/dev/null",
        "--wrap",
        "sleep 600",
    )
    wait_until(lambda: slurm.jobs().get(job_id) == "RUNNING", "the other job has the node", timeout=60)
    return job_id


def test_a_job_that_is_preempted_and_requeued_is_waited_for(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = _slurm(start_slurm, "REQUEUE")
    controller = launch(options=WHOLE_NODE)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    other = _preempt(slurm)
    controller.until(lambda c: c.jobs.queued == 1, timeout=120)
    slurm.run("scancel", other)
    # Slurm lets a requeued job wait for a while; an administrator need not.
    slurm.run("scontrol", "update", f"JobId={first.job_id}", "StartTime=now")
    controller.working(jobs=1, timeout=120)
    wait_until(lambda: controller.jobs[0].restarts == 1, "the restart is known", timeout=60)
    assert [job.job_id for job in controller.jobs] == [first.job_id]
    assert len(bent.calls("sbatch")) == 1


def test_a_job_that_is_preempted_for_good_is_replaced(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands
) -> None:
    slurm = _slurm(start_slurm, "CANCEL")
    controller = launch(options=WHOLE_NODE)
    controller.until(lambda c: c.expires_at is not None)
    (first,) = controller.jobs
    other = _preempt(slurm)
    controller.until(lambda _: [job.phase for job in controller.jobs] == ["ended", "queued"], timeout=120)
    ended, replacement = controller.jobs
    assert (ended.job_id, ended.state) == (first.job_id, "PREEMPTED")
    assert ended.reason_text == "A job with higher priority took its place."
    slurm.run("scancel", other)
    cluster = controller.working(jobs=1, timeout=120)
    assert (cluster.problems, cluster.jobs.plan) == ((), 1)
    assert replacement.job_id in slurm.jobs()
    assert len(bent.calls("sbatch")) == 2
