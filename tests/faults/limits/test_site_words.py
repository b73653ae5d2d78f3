"""A site's own plugin judges jobs (``job_submit/lua``): its words come first, also where jobs pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.controller.process import QUICK
from tests.faults.conftest import Launch
from tests.faults.limits.histories import said
from tests.faults.views import HELD, codes, jobs_of
from tests.jupyter.api import Api
from tests.slurm import PrivateSlurm
from tests.slurm.variants import with_a_plugin

OVER = (
    "Your project ended on 2026-01-01; Used: 10,000 of 10,000 core hours; "
    "Ask for more at https://desk.example.org; This job was not submitted."
)
ACCOUNT = "Project p7 may not compute here; Invalid account or account/partition combination specified."


@pytest.fixture(scope="module")
def site() -> Iterator[PrivateSlurm]:
    """Return a Slurm with such a plugin, for this module."""
    with PrivateSlurm(with_a_plugin()) as slurm:
        yield slurm


@pytest.fixture
def slurm(site: PrivateSlurm, isolation: None, monkeypatch: pytest.MonkeyPatch) -> PrivateSlurm:
    """Name it by ``SLURM_CONF``."""
    monkeypatch.setenv("SLURM_CONF", str(site.conf))
    return site


def commented(comment: str) -> dict[str, Any]:
    return {**QUICK, "job_extra_directives": [f"--comment={comment}"]}


@pytest.mark.parametrize(("comment", "words"), [("over", OVER), ("account", ACCOUNT)])
def test_a_refusal_begins_with_the_sites_words(
    slurm: PrivateSlurm, launch: Launch, comment: str, words: str
) -> None:
    controller = launch(options=commented(comment), jobs=3)
    cluster = controller.until(lambda c: c.problems)
    assert codes(cluster) == ["submit_refused"]
    assert cluster.problems[0].message == f"Slurm refused: {words}"
    assert said(controller, "refused") == [f"Slurm refused: {words}"]
    assert jobs_of(slurm, controller, ended=True) == {}
    assert controller.stop() == 0


def test_a_word_to_jobs_that_pass_reaches_the_history_once(slurm: PrivateSlurm, launch: Launch) -> None:
    controller = launch(options=HELD, jobs=1)
    controller.until(lambda c: c.jobs.queued == 1)
    controller.scale(3)
    cluster = controller.until(lambda c: c.jobs.queued == 3)
    assert cluster.problems == ()
    assert said(controller, "slurm said") == ["Note: /scratch is purged on Friday"]
    assert controller.stop() == 0


async def test_the_form_says_them_too(slurm: PrivateSlurm, api: Api) -> None:
    body = {"backend": "slurm", "options": commented("over"), "ask_slurm": True}
    (error,) = (await api("POST", "preview", body)).json["errors"]
    assert error["message"] == f"Slurm refuses this: {OVER}"
