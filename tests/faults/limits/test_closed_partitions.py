"""Partitions that take no jobs now: closed to this host, inactive, drained, down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.conftest import Launch
from tests.faults.limits.histories import said
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import PrivateSlurm
from tests.slurm.variants import with_a_door

pytestmark = pytest.mark.any_slurm
CLOSED = [
    ("State=INACTIVE", "State=UP", "inactive or drained"),
    ("State=DRAIN", "State=UP", "inactive or drained"),
    ("AllocNodes=login[1-2]", "AllocNodes=ALL", "AllocNodes"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[PrivateSlurm]:
    """Return a Slurm with a partition to be closed, for this module."""
    with PrivateSlurm(with_a_door()) as slurm:
        yield slurm


@pytest.fixture
def slurm(site: PrivateSlurm, isolation: None, monkeypatch: pytest.MonkeyPatch) -> PrivateSlurm:
    """Name it by ``SLURM_CONF``, with the door open."""
    site.run("scontrol", "update", "PartitionName=door", "State=UP", "AllocNodes=ALL")
    monkeypatch.setenv("SLURM_CONF", str(site.conf))
    return site


@pytest.mark.parametrize(("close", "reopen", "words"), CLOSED, ids=[x[0] for x in CLOSED])
def test_what_is_closed_now_is_tried_again(
    slurm: PrivateSlurm, launch: Launch, close: str, reopen: str, words: str
) -> None:
    slurm.run("scontrol", "update", "PartitionName=door", close)
    controller = launch(options={**HELD, "partition": "door"}, jobs=3)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["submit_postponed"]
    first_sentence = cluster.problems[0].message.partition(". ")[0]
    assert first_sentence.startswith("Slurm takes no jobs now: ")
    assert words in first_sentence
    assert (cluster.jobs.plan, controller.jobs) == (3, [])
    slurm.run("scontrol", "update", "PartitionName=door", reopen)
    controller.until(lambda c: c.jobs.queued == 3 and not c.problems)
    assert {job.job_id for job in controller.jobs} == jobs_of(slurm, controller, ended=True).keys()
    assert len(said(controller, "postponed")) == 1
    assert controller.stop() == 0


def test_a_partition_that_is_down_lets_jobs_wait(slurm: PrivateSlurm, launch: Launch) -> None:
    slurm.run("scontrol", "update", "PartitionName=door", "State=DOWN")
    controller = launch(options={**HELD, "partition": "door", "job_extra_directives": []}, jobs=1)
    cluster = controller.until(lambda c: c.waiting and "down" in (c.waiting.reason_text or ""))
    assert (cluster.jobs.queued, codes(cluster)) == (1, [])
    slurm.run("scontrol", "update", "PartitionName=door", "State=UP")
    controller.working(1)
    assert controller.stop() == 0
