"""A worker that cannot reach its scheduler: said with the address, and not tried for ever."""

from __future__ import annotations

import pytest

from tests.controller.process import SMALL
from tests.faults.bent import BentCommands
from tests.faults.conftest import Launch
from tests.slurm import SlurmClient

# Workers are told an address at which nothing listens, as behind a firewall or on the wrong interface.
NOWHERE = "tls://127.0.0.1:9"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"death_timeout": "3"}, "Timed out starting worker"),
        (
            {"environment_variables": {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}},
            f"Timed out trying to connect to {NOWHERE}",
        ),
    ],
    ids=["death timeout", "connect timeout"],
)
def test_after_three_jobs_without_connection_no_more_are_submitted(
    slurm: SlurmClient, launch: Launch, bent: BentCommands, limits: dict[str, object], words: str
) -> None:
    controller = launch(
        options={
            **SMALL,
            **limits,
            "scheduler_options": {"contact_address": NOWHERE},
        }
    )
    cluster = controller.until(lambda c: c.problems, timeout=100)
    (problem,) = cluster.problems
    assert problem.code == "no_connection"
    assert NOWHERE in problem.message
    assert words in (problem.details or "")
    assert "interface" in problem.advice
    assert [job.phase for job in controller.jobs] == ["ended"] * 3
    assert len(bent.calls("sbatch")) == 3
    assert cluster.jobs.plan == 1
    assert controller.scale(1).problems == ()
    controller.until(lambda _: len(bent.calls("sbatch")) == 4)


@pytest.mark.nightly
def test_a_job_that_runs_without_its_workers_says_so_after_a_minute(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(
        options={
            **SMALL,
            "job_script_prologue": ["echo This is the last line >&2", "sleep 300"],
        }
    )
    (problem,) = controller.until(lambda c: c.problems and c.problems[0].details, timeout=100).problems
    assert (problem.code, problem.job_id) == ("no_connection", controller.jobs[0].job_id)
    assert f"It tries {controller.cluster.scheduler_address}" in problem.message
    assert "This is the last line" in (problem.details or "")
    controller.scale(0)
    controller.until(lambda c: not c.problems)
