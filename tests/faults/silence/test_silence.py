"""slurmctld is away: what was asked for is done afterwards, once."""

from __future__ import annotations

import time

import pytest

from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch, StartSlurm
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import Options
from tests.slurm.client import wait_until

QUICK = Options(nodes=1, gpus=0, extra=("MessageTimeout=2",))
# So long its commands hang that one who waits for them is told from a machine that is busy.
SLOW_S = 12
SLOW = Options(nodes=1, gpus=0, extra=(f"MessageTimeout={SLOW_S}",))


@pytest.mark.parametrize(
    "away_s",
    [3, pytest.param(60, marks=[pytest.mark.nightly, pytest.mark.timeout(300)])],
)
def test_what_is_asked_while_slurm_is_away_is_done_once_afterwards(
    start_slurm: StartSlurm, launch: Launch, bent: BentCommands, away_s: int
) -> None:
    slurm = start_slurm(QUICK)
    controller = launch(options=HELD, jobs=2)
    controller.until(lambda c: c.jobs.queued == 2)
    slurm.stop_controller()
    controller.scale(5)
    cluster = controller.cluster
    assert (cluster.jobs.plan, cluster.jobs.queued) == (5, 2)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["slurm_unreachable"]
    assert "has not answered since 20" in cluster.problems[0].message
    assert "Unable to contact slurm controller" in (cluster.problems[0].details or "")
    time.sleep(away_s)  # that is what is shown: nothing is given up meanwhile
    assert codes(controller.cluster) == ["slurm_unreachable"]
    slurm.start_controller()
    controller.until(lambda c: c.jobs.queued == 5 and not c.problems, timeout=100)
    assert len(jobs_of(slurm, controller, ended=True)) == 5


@pytest.mark.parametrize(
    "away_s",
    [3, pytest.param(60, marks=[pytest.mark.nightly, pytest.mark.timeout(300)])],
)
def test_a_stop_while_slurm_is_away_ends_when_slurm_has_no_job_left(
    start_slurm: StartSlurm, launch: Launch, away_s: int
) -> None:
    slurm = start_slurm(QUICK)
    controller = launch(options=HELD, jobs=3)
    controller.until(lambda c: c.jobs.queued == 3)
    slurm.stop_controller()
    assert controller.request("DELETE", "/control/cluster")[0] == 202
    cluster = controller.until(lambda c: c.problems)
    assert (cluster.status, codes(cluster)) == ("stopping", ["slurm_unreachable"])
    assert "Cancelling the jobs is done when it answers again" in cluster.problems[0].message
    time.sleep(away_s)
    assert controller.process.poll() is None
    slurm.start_controller()
    assert controller.process.wait(100) == 0
    assert jobs_of(slurm, controller) == {}


def test_a_frozen_slurm_keeps_no_request_waiting(start_slurm: StartSlurm, launch: Launch) -> None:
    slurm = start_slurm(SLOW)
    controller = launch(options=HELD, jobs=1)
    controller.until(lambda c: c.jobs.queued == 1)
    slurm.freeze()
    controller.scale(0)
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        assert controller.cluster.jobs.plan == 0
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.1)  # over a time in which a command of Slurm's hangs
    assert slowest < SLOW_S / 2
    controller.until(lambda c: codes(c) == ["slurm_unreachable"])
    slurm.thaw()
    controller.until(lambda c: c.jobs.queued == 0 and not c.problems)
    wait_until(lambda: not jobs_of(slurm, controller), "the queue is empty")
