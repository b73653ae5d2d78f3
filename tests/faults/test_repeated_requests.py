"""A request that is sent again with its key makes one cluster, whatever server it reaches, whatever died."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from jupyter_dask_slurm.clusters import restart
from jupyter_dask_slurm.clusters.cluster_list import ClusterList
from jupyter_dask_slurm.clusters.handle import ClusterHandle
from jupyter_dask_slurm.clusters.reserving.made import Made
from jupyter_dask_slurm.protocol.errors import StorageUnavailable
from jupyter_dask_slurm.protocol.models import Cluster, Record, iso_time
from jupyter_dask_slurm.registry import Registry
from jupyter_dask_slurm.system import files
from tests.jupyter.api import Api, status
from tests.jupyter.controllers import controllers
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

_SAMPLE = Path(__file__).parents[2] / "contract" / "cluster-running.json"
EMPTY: dict[str, Any] = {"backend": "local", "scaling": {"mode": "manual", "jobs": 0}, "options": {}}
SEEDS = 40
IN_EVERY_RUN = 1
# From the request to its answer takes about so long; where in it the blow falls is left to chance.
REQUEST_S = 1.0


def _key(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": key}


async def test_a_repeated_post_answers_with_the_cluster_that_was_made(api: Api) -> None:
    first = await api("POST", "clusters", {**EMPTY, "name": "ocean"}, headers=_key("a"))
    again = await api("POST", "clusters", {"name": "ocean", **EMPTY}, headers=_key("a"))
    assert (first.status, again.status) == (201, 201), again.text
    assert again.json["id"] == first.json["id"]
    assert again.headers["Location"] == first.headers["Location"]
    assert len((await api("GET", "clusters")).json) == 1

    other = await api("POST", "clusters", {**EMPTY, "name": "sea"}, headers=_key("a"))
    assert (other.status, other.json["reason"]) == (422, "KeyReused")
    taken = await api("POST", "clusters", {**EMPTY, "name": "ocean"}, headers=_key("b"))
    assert (taken.status, taken.json["reason"]) == (409, "NameTaken")
    # What was refused is not remembered: nothing was made.
    await api("PATCH", f"clusters/{first.json['id']}", {"name": "lake"})
    made = await api("POST", "clusters", {**EMPTY, "name": "ocean"}, headers=_key("b"))
    assert made.status == 201


async def test_a_repeated_post_makes_nothing_again_when_what_it_made_is_gone(api: Api) -> None:
    first = await api("POST", "clusters", EMPTY, headers=_key("a"))
    await api.until(first.json["id"], status("running"))
    await api("DELETE", f"clusters/{first.json['id']}")
    await api.until_gone(first.json["id"])
    again = await api("POST", "clusters", EMPTY, headers=_key("a"))
    assert (again.status, again.json["reason"]) == (409, "WrongState"), again.text
    assert first.json["id"] in again.json["message"]
    assert (await api("GET", "clusters")).json == []


async def test_a_repeated_restart_is_one(api: Api) -> None:
    old = await api.start(**EMPTY, name="ocean")
    await api.until(old["id"], status("running"))
    path = f"clusters/{old['id']}/restart"
    first = await api("POST", path, {}, headers=_key("a"))
    again = await api("POST", path, {}, headers=_key("a"))
    assert (first.status, again.status) == (201, 201), again.text
    assert again.json["id"] == first.json["id"]
    other = await api("POST", path, {"options": {"cores": 1}}, headers=_key("a"))
    assert (other.status, other.json["reason"]) == (422, "KeyReused")
    assert (await api("POST", path, {}, headers=_key("b"))).status == 404
    await api.until(first.json["id"], status("running"))
    assert [cluster["id"] for cluster in (await api("GET", "clusters")).json] == [first.json["id"]]


def _post(server: Jupyter, body: Any, key: str, path: str = "clusters") -> requests.Response:
    return requests.post(
        f"{server.address}/{path}",
        data=json.dumps(body),
        headers={"Authorization": "token secret", **_key(key)},
        timeout=60,
    )


def test_two_servers_make_one_of_the_same_request(jupyter: Callable[[], Jupyter]) -> None:
    servers = [jupyter(), jupyter()]
    for key in ("a", "b"):
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda server: _post(server, EMPTY, key), servers * 2))  # noqa: B023
        assert [answer.status_code for answer in answers] == [201] * 4, [one.text for one in answers]
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(servers[0].clusters()) == 2


@pytest.mark.parametrize(
    "seed",
    [*range(IN_EVERY_RUN), *(pytest.param(n, marks=pytest.mark.nightly) for n in range(IN_EVERY_RUN, SEEDS))],
)
def test_a_post_repeated_after_jupyter_was_killed_makes_one(
    seed: int, jupyter: Callable[[], Jupyter], shared: Path
) -> None:
    server = jupyter()
    body = {**EMPTY, "name": "ocean"}

    def ask() -> None:
        with suppress(requests.RequestException):
            _post(server, body, "a")

    asking = threading.Thread(target=ask)
    asking.start()
    # Any moment, which is what is tested: there is no event to wait for.
    time.sleep(random.Random(seed).uniform(0, REQUEST_S))
    server.end(signal.SIGKILL)
    asking.join()
    server = jupyter()
    again = _post(server, body, "a")
    assert again.status_code == 201, again.text
    assert [cluster["name"] for cluster in server.clusters()] == ["ocean"]
    # One that was killed between the record and the process counts as failed; else it runs.
    found = server.until(again.json()["id"], status("running", "failed"))
    assert len(controllers(shared)) == (found["status"] == "running")
    server.call("DELETE", f"clusters/{found['id']}")
    wait_until(lambda: server.clusters() == [], "the list is empty")
    assert controllers(shared) == []


async def test_what_a_request_has_made_is_forgotten_after_a_day(shared: Path) -> None:
    clusters = SimpleNamespace(get_or_read=lambda cluster_id: SimpleNamespace(cluster=cluster_id))
    made = Made(Registry(shared), clusters)  # type: ignore[arg-type]
    count = 0

    async def make(_announce: object) -> Any:
        nonlocal count
        count += 1
        return f"ocean-{count:04x}"

    for _ in range(2):
        await made.once("a", "asked", make)
    assert count == 1
    await made.once("b", "asked", make)
    there = list((shared / "asked").iterdir())
    assert len(there) == 2
    for file in there:
        _age(file, 2 * 86_400)
    await made.once("a", "asked", make)
    assert count == 3
    assert len(list((shared / "asked").iterdir())) == 1


def _age(file: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(file, (moment, moment))


async def test_a_restart_whose_old_cluster_cannot_be_told_starts_nothing(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The disk takes longer to refuse than a new cluster waits for the old one.
    monkeypatch.setattr(restart, "PATIENCE_S", 0.1)
    registry, started = Registry(shared), []
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    directory = str(registry.create(cluster.id))
    record = Record(cluster, "login7", "boot", "nonce", "/s", directory, iso_time())
    registry.write(record)

    async def run(draft: object, _ended: object) -> None:
        started.append(draft)

    async def end(_old: object) -> None:
        await asyncio.sleep(0.5)
        raise StorageUnavailable("Cannot write requests/stop: Stale file handle.")

    restarts = restart.Restarts(
        registry,
        ClusterList(registry),
        SimpleNamespace(run=run),  # type: ignore[arg-type]
        SimpleNamespace(end=end),  # type: ignore[arg-type]
    )
    old, new = (ClusterHandle(record, registry, lambda _handle: None) for _ in range(2))
    old.hidden = True
    with pytest.raises(StorageUnavailable):
        await restarts.begin(old, new, SimpleNamespace(record=record))  # type: ignore[arg-type]
    await restarts.close()
    assert started == []
    assert not old.hidden
    assert registry.read(cluster.id).cluster.status == "stopped"


def test_a_request_file_that_is_in_its_place_counts(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk may fail right after: the controller finds the file all the same, so it was not refused."""
    registry = Registry(shared)
    registry.create("ocean-3f9c")

    def fail_after(path: Path, data: str) -> None:
        files.write_private(path, data)
        raise StorageUnavailable("Input/output error.")

    def fail_before(_path: Path, _data: str) -> None:
        raise StorageUnavailable("Input/output error.")

    monkeypatch.setattr("jupyter_dask_slurm.registry.write_private", fail_before)
    with pytest.raises(StorageUnavailable):
        registry.request_stop("ocean-3f9c")
    monkeypatch.setattr("jupyter_dask_slurm.registry.write_private", fail_after)
    registry.request_stop("ocean-3f9c")
    assert (registry.directory("ocean-3f9c") / "requests" / "stop").exists()
