"""Clusters of the local backend that are too large for this machine."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_dask_slurm.checks.host import HostSize, refusals_of_host, this_host
from tests.jupyter.api import Api, status
from tests.jupyter.controllers import SMALL

pytestmark = pytest.mark.usefixtures("quick_starts")

LAPTOP = HostSize(cores=4, memory_bytes=8 * 10**9)


@pytest.mark.parametrize(
    ("options", "jobs", "said"),
    [
        ({"cores": 16, "processes": 4, "memory": "8 GB"}, 20, None),
        (
            {"cores": 17},
            1,
            ("options.cores", "17 cores is too large for this machine, which has 4: 16 at most"),
        ),
        ({"memory": "9 GB"}, 0, ("options.memory", "more than this machine has: 8 GB at most")),
        ({"processes": 4, "cores": 4}, 21, ("scaling", "84 workers are too many for this machine")),
        ({}, 80, None),
    ],
)
def test_sizes(options: dict[str, Any], jobs: int, said: tuple[str, str] | None) -> None:
    found = list(refusals_of_host(options, jobs, LAPTOP))
    if said is None:
        assert found == []
    else:
        (refusal,) = found
        assert refusal.field == said[0]
        assert said[1] in refusal.message


async def test_are_refused(api: Api) -> None:
    host = this_host()
    for options, field in (
        ({"cores": 99_999, "processes": 1}, "options.cores"),
        ({"memory": f"{host.memory_bytes // 10**9 + 1} GB"}, "options.memory"),
    ):
        body = {"backend": "local", "options": options}
        refused = await api("POST", "clusters", body)
        assert (refused.status, refused.json["reason"], refused.json["field"]) == (422, "SiteRefuses", field)
        assert "this machine" in refused.json["message"]
        errors = (await api("POST", "preview", body)).json["errors"]
        assert [error["field"] for error in errors] == [field]
    many = {"mode": "manual", "jobs": 10_000}
    assert (await api("POST", "clusters", {"backend": "local", "scaling": many})).status == 422
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    await api.until(cluster["id"], status("running"))
    more = await api("PATCH", f"clusters/{cluster['id']}", {"scaling": many})
    assert (more.status, more.json["field"]) == (422, "scaling")
