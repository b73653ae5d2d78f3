"""Computations that outlive the jobs they run on, on a real Slurm (whose walltimes are whole minutes)."""

from __future__ import annotations

import time

import pytest
from distributed.scheduler import KilledWorker

from tests.controller.conftest import Launch
from tests.controller.process import SMALL
from tests.slurm import SlurmClient

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]


def step(total: int, number: int) -> int:
    time.sleep(1)
    return total + number


def test_a_computation_outlives_three_generations_of_jobs(slurm: SlurmClient, launch: Launch) -> None:
    controller = launch("slurm", options={**SMALL, "walltime": "00:02:00"})
    controller.working(jobs=1)
    with controller.client() as client:
        chains = []
        for chain in range(3):
            total = client.submit(int, chain)
            for number in range(110):
                total = client.submit(step, total, number)
            chains.append(total)
        assert client.gather(chains) == [chain + sum(range(110)) for chain in range(3)]
        most = 0
        deadline = time.monotonic() + 400
        while len(ended := [job for job in controller.jobs if job.phase == "ended"]) < 3:
            cluster = controller.cluster
            most = max(most, cluster.jobs.queued + cluster.jobs.starting + cluster.jobs.working)
            assert time.monotonic() < deadline
            assert cluster.jobs.plan == 1
            assert client.gather(chains) == [chain + sum(range(110)) for chain in range(3)]
            time.sleep(1)
    assert most <= 2, "a job and its replacement"
    assert {job.state for job in ended} == {"CANCELLED"}, "none came to its walltime"
    assert controller.history.count("expiring") >= 3
    assert "lost" not in controller.history
    assert controller.stop() == 0


def test_a_job_is_replaced_before_its_walltime_and_a_task_that_does_not_fit_is_named(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch("slurm", options={**SMALL, "walltime": "00:01:00"})
    controller.working(jobs=1)
    with controller.client() as client:
        endless = client.submit(time.sleep, 3600)
        cluster = controller.until(lambda c: any(p.code == "walltime_soon" for p in c.problems))
        assert [problem.severity for problem in cluster.problems] == ["info"]
        cluster = controller.until(lambda c: any(p.code == "task_too_long" for p in c.problems), timeout=90)
        assert str(endless.key) in next(p.message for p in cluster.problems if p.code == "task_too_long")
        assert client.submit(sum, [1, 2]).result(timeout=60) == 3
    assert controller.stop() == 0


def test_a_task_that_fits_into_no_job_is_given_up(slurm: SlurmClient, launch: Launch) -> None:
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    controller = launch("slurm", options={**SMALL, "walltime": "00:01:00"}, environment=once)
    controller.working(jobs=1)
    with controller.client() as client:
        kept = client.submit(sum, [1, 2])
        assert kept.result() == 3
        endless = client.submit(time.sleep, 3600)
        with pytest.raises(KilledWorker, match="sleep"):
            endless.result(timeout=120)
        assert kept.result(timeout=30) == 3
        assert client.submit(sum, [3, 4]).result(timeout=60) == 7
    assert controller.stop() == 0
