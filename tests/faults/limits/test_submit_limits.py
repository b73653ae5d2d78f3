"""Limits on submitted jobs, of an association and of a QoS: as many run as fit, and the others follow."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from jupyter_dask_slurm.system.files import read_json_lines
from tests.controller.process import QUICK
from tests.faults.conftest import Launch
from tests.faults.limits.histories import said
from tests.faults.views import HELD, codes, jobs_of
from tests.slurm import PrivateSlurm
from tests.slurm.client import wait_until
from tests.slurm.variants import with_accounts

pytestmark = pytest.mark.any_slurm
USER = getpass.getuser()
ASSOCIATION = ("modify", "user", USER, "where", "account=physics", "set")
QOS = ("modify", "qos", "express", "set")
OF_QOS = {**HELD, "qos": "express", "walltime": "00:04:00"}


@dataclass(frozen=True)
class Limit:
    """Whose limit, what sacctmgr calls it, what comes under it, and how it is called then."""

    whose: tuple[str, ...]
    setting: str
    options: dict[str, object]
    code: str
    words: str


LIMITS = [
    Limit(ASSOCIATION, "MaxSubmitJobs", HELD, "AssocMaxSubmitJobLimit", "your account"),
    Limit(QOS, "MaxSubmitJobsPerUser", OF_QOS, "QOSMaxSubmitJobPerUserLimit", "the QoS for one user"),
    Limit(QOS, "GrpSubmitJobs", OF_QOS, "QOSGrpSubmitJobsLimit", "the QoS and all who use it"),
]


@pytest.fixture(scope="module")
def accounted() -> Iterator[PrivateSlurm]:
    """Return a Slurm with accounts, for this module."""
    with PrivateSlurm(with_accounts()) as slurm:
        yield slurm


@pytest.fixture
def slurm(accounted: PrivateSlurm, isolation: None, monkeypatch: pytest.MonkeyPatch) -> PrivateSlurm:
    """Name it by ``SLURM_CONF``, without limits."""
    for limit in LIMITS:
        accounted.run("sacctmgr", "-i", *limit.whose, f"{limit.setting}=-1")
    monkeypatch.setenv("SLURM_CONF", str(accounted.conf))
    return accounted


@pytest.mark.parametrize("limit", LIMITS, ids=[limit.code for limit in LIMITS])
def test_as_many_as_fit_and_the_others_when_the_limit_is_lifted(
    slurm: PrivateSlurm, launch: Launch, limit: Limit
) -> None:
    slurm.run("sacctmgr", "-i", *limit.whose, f"{limit.setting}=3")
    controller = launch(options=limit.options, jobs=5)
    cluster = controller.until(lambda c: c.jobs.queued == 3 and c.problems)
    (problem,) = cluster.problems
    assert (problem.code, problem.severity) == ("submit_postponed", "warning")
    begin = f"Slurm takes no more jobs now: as many as the limit of {limit.words} allows are submitted"
    assert problem.message.startswith(f"{begin} ({limit.code}).")
    assert limit.code in (problem.details or "")
    assert cluster.jobs.plan == 5
    slurm.run("sacctmgr", "-i", *limit.whose, f"{limit.setting}=-1")
    controller.until(lambda c: c.jobs.queued == 5 and not c.problems, timeout=90)
    # No double, also none that came and went.
    assert {job.job_id for job in controller.jobs} == jobs_of(slurm, controller, ended=True).keys()
    assert len(jobs_of(slurm, controller)) == 5
    assert len(said(controller, "postponed")) == 1
    assert controller.stop() == 0


def test_a_job_that_ends_makes_room_at_once(slurm: PrivateSlurm, launch: Launch) -> None:
    """And the history does not promise what the limit does not allow."""
    slurm.run("sacctmgr", "-i", *ASSOCIATION, "MaxSubmitJobs=2")
    controller = launch(options={**QUICK, "job_extra_directives": ["--no-requeue"]}, jobs=3)
    controller.until(lambda c: c.jobs.working == 2 and c.expires_at and "submit_postponed" in codes(c))
    # By now it would be tried again after a long while only.
    wait_until(lambda: len(list(controller.directory.glob("submissions/*"))) >= 2, "it was tried")
    first = len(said(controller, "submitted"))
    victim = next(job for job in controller.jobs if job.state == "RUNNING")
    slurm.node_down(victim.node or "")
    slurm.node_up(victim.node or "")
    controller.until(lambda c: c.jobs.working == 2 and c.expires_at and _ended(controller), timeout=90)
    assert len(jobs_of(slurm, controller)) == 2
    (end,) = [words for words in said(controller, "ended") if victim.job_id in words]
    assert "takes its place" not in end
    # The next try may come before the controller has heard of the end: the place has been taken then.
    history = [entry["message"] for entry in read_json_lines(controller.directory / "history.jsonl")]
    tried_before = any(
        words in history[: history.index(end)] for words in said(controller, "submitted")[first:]
    )
    assert ("is to take its place" if tried_before else "as soon as Slurm takes it") in end
    slurm.run("sacctmgr", "-i", *ASSOCIATION, "MaxSubmitJobs=-1")
    controller.working(3, timeout=120)
    assert len(jobs_of(slurm, controller)) == 3
    assert controller.stop() == 0


def test_fewer_wanted_is_nothing_to_wait_for(slurm: PrivateSlurm, launch: Launch) -> None:
    slurm.run("sacctmgr", "-i", *ASSOCIATION, "MaxSubmitJobs=2")
    controller = launch(options=HELD, jobs=4)
    controller.until(lambda c: c.jobs.queued == 2 and codes(c) == ["submit_postponed"])
    controller.scale(2)
    controller.until(lambda c: not c.problems, timeout=15)
    assert len(jobs_of(slurm, controller)) == 2
    assert controller.stop() == 0


def _ended(controller: object) -> bool:
    return any(job.state not in ("RUNNING", "PENDING") for job in getattr(controller, "jobs", ()))
