"""Jobs reach their walltime; the cluster lives on."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Launch
from tests.faults.views import ONE_WORKER
from tests.slurm import SlurmClient

ONE_MINUTE = {**ONE_WORKER, "walltime": "00:01:00"}
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def test_a_job_that_reached_its_walltime_is_replaced_while_the_plan_wants_it(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(options=ONE_MINUTE)
    controller.until(lambda c: c.expires_at is not None)
    with controller.client() as client:
        controller.until(lambda c: controller.jobs[0].phase == "ended", timeout=200)
        first = controller.jobs[0]
        assert (first.state, first.reason_text) == ("TIMEOUT", "It reached its walltime.")
        controller.working(jobs=1)
        assert client.submit(sum, [1, 2]).result(timeout=60) == 3
    cluster = controller.cluster
    assert (cluster.jobs.plan, cluster.problems) == (1, ())


def test_a_job_that_reached_its_walltime_is_not_replaced_where_jobs_are_not_kept(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(options={**ONE_MINUTE, "keep_jobs": False})
    controller.until(lambda c: c.expires_at is not None)
    cluster = controller.until(lambda c: c.jobs.plan == 0, timeout=200)
    assert [job.state for job in controller.jobs] == ["TIMEOUT"]
    assert cluster.jobs.queued == cluster.jobs.working == 0
