"""The administrator's limits of size: nothing gets past them, neither at once nor by another way."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.contact.channel import SocketChannel
from jupyter_dask_slurm.clusters.contact.client import ControllerClient
from jupyter_dask_slurm.protocol.errors import LimitExceeded
from tests.jupyter.api import Api, status
from tests.jupyter.controllers import SMALL
from tests.slurm import SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

NONE = {"mode": "manual", "jobs": 0}
# Of adaptive clusters without work no job is started, and their maximum counts.
THREE_AT_MOST = {"mode": "adaptive", "minimum_jobs": 0, "maximum_jobs": 3}


@pytest.fixture
def limits() -> dict[str, Any]:
    """Return the traits of a test; parametrized."""
    return {}


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    """Set the limits."""
    jp_server_config["DaskSlurmExtension"] |= limits
    return jp_server_config


@pytest.mark.parametrize("limits", [{"max_cores": 4}])
async def test_two_at_once_cannot_be_over_a_limit_together(api: Api) -> None:
    ids = [(await api.start(backend="local", options=SMALL, scaling=NONE))["id"] for _number in range(2)]
    await asyncio.gather(*(api.until(cluster_id, status("running")) for cluster_id in ids))
    answers = await asyncio.gather(
        *(api("PATCH", f"clusters/{cluster_id}", {"scaling": THREE_AT_MOST}) for cluster_id in ids),
        api("POST", "clusters", {"backend": "local", "options": SMALL, "scaling": THREE_AT_MOST}),
    )
    refused = [answer for answer in answers if answer.status == 403]
    assert len(refused) == 2
    for answer in refused:
        assert "(max_cores)" in answer.json["message"]
        assert answer.json["field"] == "scaling"


@pytest.mark.parametrize("limits", [{"max_jobs_per_cluster": 3, "max_cores": 2}])
async def test_the_controller_holds_them_too(api: Api, shared: Path) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling=NONE)
    await api.until(cluster["id"], status("running"))
    record = json.loads((shared / "clusters" / cluster["id"] / "record.json").read_text())
    controller = ControllerClient(SocketChannel(record["socket"]), record["nonce"])
    for scaling, limit in (
        ({"mode": "manual", "jobs": 4}, "max_jobs_per_cluster"),
        ({"mode": "manual", "workers": 3}, "max_cores"),
        (THREE_AT_MOST, "max_cores"),
    ):
        with pytest.raises(LimitExceeded, match=limit):
            await controller.change({"scaling": scaling})
    assert (await controller.cluster()).scaling.to_json() == NONE
    await controller.close()


@pytest.mark.parametrize("limits", [{"max_cores": 2}])
async def test_submit_again_only_where_there_is_still_room(slurm: SlurmClient, api: Api) -> None:
    waiting = {**SMALL, "job_extra_directives": ["--hold"]}
    cluster = await api.start(options=waiting, scaling={"mode": "manual", "jobs": 2})
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], lambda found: found["jobs"]["queued"] == 2, timeout=60)
    (first, _second) = (job["job_id"] for job in (await api("GET", f"{path}/jobs")).json)
    slurm.run("scancel", first)
    await api.until(cluster["id"], lambda found: found["scaling"]["jobs"] == 1, timeout=90)
    other = await api.start(backend="local", options=SMALL, scaling={**THREE_AT_MOST, "maximum_jobs": 1})
    refused = await api("POST", f"{path}/problems/cancelled_outside/resubmit")
    assert (refused.status, refused.json["reason"]) == (403, "LimitExceeded")
    assert "(max_cores)" in refused.json["message"]
    assert (await api("GET", path)).json["scaling"]["jobs"] == 1
    # One that has ended holds no cores.
    await api.until(other["id"], status("running"))
    await api("DELETE", f"clusters/{other['id']}")
    await api.until_gone(other["id"])
    again = await api("POST", f"{path}/problems/cancelled_outside/resubmit")
    assert (again.status, again.json["scaling"]["jobs"]) == (200, 2)
