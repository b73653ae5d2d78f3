"""A cluster on which nothing runs ends by itself; one that waits for something does not."""

from __future__ import annotations

import time

import pytest

from jupyter_dask_slurm.controller.problems.idle import Activity, idle_since, idle_soon, is_over, unheld_since
from tests.controller.conftest import Launch
from tests.controller.process import QUICK
from tests.slurm import SlurmClient

HELD = {**QUICK, "job_extra_directives": ["--hold"]}


def test_idle() -> None:
    at_rest = Activity(workers=2, jobs_on_their_way=0, open_tasks=0)
    assert idle_since(at_rest, None, 10.0) == 10.0
    assert idle_since(at_rest, 10.0, 20.0) == 10.0
    assert idle_since(Activity(0, 0, 0), None, 10.0) is None
    assert idle_since(Activity(2, 1, 0), 10.0, 20.0) is None
    assert idle_since(Activity(2, 0, 1), 10.0, 20.0) is None
    assert is_over(10.0, 60, 70.0)
    assert not is_over(10.0, 60, 69.0)
    assert not is_over(10.0, 0, 1e9)
    assert not is_over(None, 60, 1e9)


def test_nobodys() -> None:
    nobodys = Activity(workers=0, jobs_on_their_way=0, open_tasks=0, holders=0)
    assert unheld_since(nobodys, None, 10.0) == 10.0
    assert unheld_since(nobodys, 10.0, 20.0) == 10.0
    for held in (Activity(1, 0, 0), Activity(0, 1, 0), Activity(0, 0, 1), Activity(0, 0, 0, holders=1)):
        assert unheld_since(held, 10.0, 20.0) is None


@pytest.mark.parametrize(
    ("since", "timeout_s", "now", "warns"),
    [
        (None, 3600, 1e9, False),
        (0.0, 0, 1e9, False),
        (0.0, 3600, 2999.0, False),
        (0.0, 3600, 3000.0, True),
        (0.0, 10, 4.0, False),
        (0.0, 10, 5.0, True),
    ],
)
def test_the_warning_comes_in_time(since: float | None, timeout_s: int, now: float, *, warns: bool) -> None:
    assert (idle_soon(since, timeout_s, 0, now) is not None) == warns


def test_it_says_what_would_be_lost() -> None:
    messages = [getattr(idle_soon(0.0, 60, results, 59.0), "message", "") for results in (0, 1, 7)]
    assert [message.partition("Z. ")[2] for message in messages] == [
        "No result in its memory would be lost.",
        "One result in its memory would be lost.",
        "7 results in its memory would be lost.",
    ]


def test_an_idle_cluster_warns_can_be_kept_and_ends_with_its_jobs(slurm: SlurmClient, launch: Launch) -> None:
    # Half of it is the time that a busy machine has between the warning and the answer to it.
    controller = launch("slurm", options=QUICK, idle_timeout_s=40)
    controller.working(jobs=1)
    with controller.client() as client:
        kept = client.submit(sum, [1, 2])
        cluster = controller.until(lambda c: c.problems)
        assert [problem.code for problem in cluster.problems] == ["idle_soon"]
        assert "One result" in cluster.problems[0].message
        assert cluster.idle_since is not None
        assert cluster.closes_at is not None
        status, body = controller.request("PATCH", "/control/cluster", {"idle_timeout_s": 5})
        assert (status, body["problems"], body["closes_at"]) == (200, [], None)
        assert kept.result() == 3
    assert controller.process.wait(60) == 0
    ended = controller.record.cluster
    assert (ended.status, ended.idle_timeout_s) == ("stopped", 5)
    assert ended.ended is not None
    assert "Idle for 5 s" in ended.ended.reason
    assert (ended.problems, ended.idle_since, ended.closes_at) == ((), None, None)
    assert slurm.jobs_of(controller.spec.cluster_id) == {}


def test_neither_a_job_that_queues_nor_a_client_that_waits_is_idle(
    slurm: SlurmClient, launch: Launch
) -> None:
    queues = launch("slurm", options=HELD, idle_timeout_s=2)
    computes = launch("slurm", options=QUICK, idle_timeout_s=10)
    computes.working(jobs=1)
    with computes.client() as client:
        client.gather(client.submit(time.sleep, 13))
        assert computes.cluster.status == "running"
    cluster = queues.cluster
    assert (cluster.status, cluster.idle_since, cluster.closes_at) == ("running", None, None)
