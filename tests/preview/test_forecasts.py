"""When Slurm would start what a form would send, and what it says of that: asked seldom, told in words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from jupyter_dask_slurm.preview.forecasts import Forecasts, why_no_time
from jupyter_dask_slurm.protocol.errors import SlurmUnreachable
from jupyter_dask_slurm.slurm.forecast import Forecast, parse_start
from tests.jupyter.api import Api
from tests.jupyter.controllers import SMALL
from tests.slurm import Options, PrivateSlurm, SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")


async def test_slurm_says_when_it_would_start_where_it_is_asked(api: Api, slurm: SlurmClient) -> None:
    body = {"options": {**SMALL, "walltime": "00:05:00"}}
    assert (await api("POST", "preview", body)).json["expected_start_at"] is None
    said = (await api("POST", "preview", {**body, "ask_slurm": True})).json["expected_start_at"]
    assert said is not None
    # What is known stays, and nothing is asked again for it.
    assert (await api("POST", "preview", body)).json["expected_start_at"] == said
    assert slurm.jobs_of("dask-0000") == {}


@pytest.mark.parametrize(
    ("directive", "words"),
    [
        ("--frobnicate", "unrecognized option '--frobnicate'"),
        ("--licenses=matlab", "Invalid license specification"),
        ("--begin=yesterday", "Invalid --begin specification"),
    ],
)
async def test_what_only_slurm_can_judge(api: Api, slurm: SlurmClient, directive: str, words: str) -> None:
    body = {"options": {**SMALL, "job_extra_directives": [directive]}}
    assert (await api("POST", "preview", body)).json["errors"] == []
    answer = (await api("POST", "preview", {**body, "ask_slurm": True})).json
    (error,) = answer["errors"]
    assert (error["field"], words in error["message"]) == ("options.job_extra_directives", True), error
    assert answer["script"]


async def test_what_may_pass_is_a_warning(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateSlurm(Options(nodes=1)) as slurm:
        slurm.run("scontrol", "update", "node=n1", "state=drain", "reason=x")
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        preview = (await api("POST", "preview", {"options": SMALL, "ask_slurm": True})).json
    assert preview["errors"] == []
    assert any("Slurm would not start this now" in warning for warning in preview["warnings"])


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


async def test_slurm_is_asked_seldom() -> None:
    asked: list[str] = []

    async def ask(script: str, command: Sequence[str]) -> Forecast:
        asked.append(script)
        return Forecast("2026-11-21T04:00:00Z")

    clock = Clock()
    forecasts = Forecasts(clock, ask)
    for moment, script, calls in (
        (0.0, "a", 1),
        (1.0, "b", 2),
        (59.0, "a", 2),
        (60.0, "a", 3),
        (60.5, "b", 3),
    ):
        clock.now = 100.0 + moment
        assert (await forecasts.find(script, ["sbatch"])).start is not None
        assert len(asked) == calls, moment
    assert forecasts.known("c", ["sbatch"]) is None
    assert len(asked) == 3


async def test_who_asks_while_the_answer_is_on_its_way_gets_that_one() -> None:
    asked: list[str] = []

    async def ask(script: str, command: Sequence[str]) -> Forecast:
        asked.append(script)
        await asyncio.sleep(0)
        return Forecast("2026-11-21T04:00:00Z")

    forecasts = Forecasts(ask=ask)
    both = await asyncio.gather(*(forecasts.find("a", ["sbatch"]) for _ in range(2)))
    assert (len(asked), both[0]) == (1, both[1])


async def test_a_slurm_that_does_not_answer_is_asked_again() -> None:
    async def ask(script: str, command: Sequence[str]) -> Forecast:
        raise SlurmUnreachable("Slurm does not answer.")

    forecasts = Forecasts(ask=ask)
    assert await forecasts.find("a", ["sbatch"]) == Forecast(answered=False)


@pytest.mark.parametrize(
    ("heard", "jobs", "words"),
    [
        (Forecast("2026-11-21T04:00:00Z"), 4, None),
        (None, 0, "No jobs are asked for, so that none waits."),
        (None, 4, None),  # it was not asked
        (Forecast(), 4, "Slurm would take it, and names no time."),
        (Forecast(answered=False), 4, "Slurm did not answer. Ask again."),
        (
            Forecast(refusal="allocation failure: Requested nodes are busy"),
            4,
            "Not now: Requested nodes are busy. It may wait, or be refused.",
        ),
        (Forecast(refusal="allocation failure: Invalid account or account/partition combination"), 4, None),
    ],
)
def test_why_there_is_no_time(heard: Forecast | None, jobs: int, words: str | None) -> None:
    assert why_no_time(heard, jobs) == words


def test_slurms_words() -> None:
    words = "sbatch: Job 17 to start at 2026-11-21T04:00:00 using 1 processors on nodes n1"
    found = parse_start(words)
    assert found is not None
    assert found.endswith(":00:00Z")
    assert parse_start("sbatch: error: Batch job submission failed") is None
