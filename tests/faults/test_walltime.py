"""Jobs reach their walltime where nobody wants others in their place; the cluster lives on."""

from __future__ import annotations

import pytest

from tests.faults.conftest import Launch
from tests.faults.views import ONE_WORKER, codes
from tests.slurm import SlurmClient

ONE_MINUTE = {**ONE_WORKER, "walltime": "00:01:00"}
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def test_a_job_that_reached_its_walltime_is_not_replaced_where_jobs_are_not_kept(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(options={**ONE_MINUTE, "keep_jobs": False})
    controller.until(lambda c: c.expires_at is not None)
    warned = controller.until(lambda c: codes(c) == ["walltime_soon"], timeout=90)
    assert warned.problems[0].severity == "warning"
    cluster = controller.until(lambda c: c.jobs.plan == 0, timeout=200)
    assert [job.state for job in controller.jobs] == ["TIMEOUT"]
    assert cluster.jobs.queued == cluster.jobs.working == 0
