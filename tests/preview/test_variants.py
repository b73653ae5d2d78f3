"""When variants of a cluster would start: each asks Slurm once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.jupyter.api import Api
from tests.jupyter.controllers import SMALL
from tests.slurm import SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

BODY: dict[str, Any] = {"options": {**SMALL, "walltime": "00:05:00"}}


async def test_each_says_when_it_would_start_or_why_not(api: Api, slurm: SlurmClient) -> None:
    variants = [{}, {"walltime": "00:02:00"}, {"partition": "nowhere"}, {"memory": "lots"}]
    answer = await api("POST", "forecast", {**BODY, "variants": variants})
    assert answer.status == 200
    now, shorter, nowhere, lots = answer.json
    assert [variant["options"] for variant in answer.json] == variants
    for possible in (now, shorter):
        assert (possible["expected_start_at"] is not None, possible["error"]) == (True, None)
    assert (nowhere["expected_start_at"], lots["expected_start_at"]) == (None, None)
    assert "nowhere" in nowhere["error"]
    assert "lots" in lots["error"]
    # What was asked is known to the preview, too.
    assert (await api("POST", "preview", BODY)).json["expected_start_at"] == now["expected_start_at"]
    assert slurm.jobs_of("dask-0000") == {}


@pytest.mark.parametrize("variants", [None, {}, [], [{}] * 7, ["partition"], [{"colour": "red"}]])
async def test_variants_are_one_to_six_objects_of_options(api: Api, variants: Any) -> None:
    answer = await api("POST", "forecast", {**BODY, "variants": variants})
    assert answer.status == 400
    assert answer.json["field"] == ("options.colour" if variants == [{"colour": "red"}] else "variants")
