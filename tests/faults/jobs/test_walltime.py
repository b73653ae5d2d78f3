"""Jobs reach their walltime where nobody wants others in their place: the cluster ends, and says why."""

from __future__ import annotations

import pytest

from tests.controller.process import SMALL
from tests.faults.conftest import Launch
from tests.faults.views import codes
from tests.slurm import SlurmClient

ONE_MINUTE = {**SMALL, "walltime": "00:01:00"}
pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]


def test_a_cluster_whose_jobs_are_not_kept_stands_as_stopped_after_its_walltime(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(options={**ONE_MINUTE, "keep_jobs": False})
    controller.until(lambda c: c.expires_at is not None)
    warned = controller.until(lambda c: codes(c) == ["walltime_soon"], timeout=90)
    assert warned.problems[0].severity == "warning"
    assert controller.process.wait(200) == 0
    cluster = controller.record.cluster
    assert cluster.status == "stopped"
    assert cluster.ended is not None
    assert "TIMEOUT" in cluster.ended.reason
    assert "keep_jobs" in cluster.ended.reason
    assert cluster.scaling.jobs == 0
    assert controller.history.count("submitted") == 1
