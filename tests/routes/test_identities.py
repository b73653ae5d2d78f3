"""Several people on one server: each may do what the authorizer says, and is told nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_server.auth import Authorizer, IdentityProvider, User
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.jupyter.api import Answer, Api, working
from tests.jupyter.contract import contract
from tests.jupyter.controllers import SMALL
from tests.jupyter.websockets import close
from tests.slurm import SlurmClient

pytestmark = pytest.mark.usefixtures("quick_starts")

MAY = {
    "writer": {("read", "dask-slurm"), ("write", "dask-slurm"), ("execute", "events")},
    "reader": {("read", "dask-slurm")},
    # As somebody who may use all of Jupyter, but for what is ours.
    "stranger": {("read", "contents"), ("write", "contents"), ("execute", "kernels")},
    "listener": {("execute", "events")},
}
PROFILE = {"backend": "local", "options": {"cores": 1}}
JSON = {"Content-Type": "application/json"}
BODIES = {
    ("post", "/clusters"): {"backend": "local", "options": SMALL, "name": "another"},
    ("patch", "/clusters/{cluster_id}"): {"name": "renamed"},
    ("post", "/preview"): {"backend": "local"},
    ("post", "/forecast"): {"backend": "local", "variants": [{}]},
    ("put", "/profiles/{name}"): PROFILE,
}


class People(IdentityProvider):
    """Knows each by name alone."""

    def get_user(self, handler: Any) -> User | None:
        """Return who sends a name as token."""
        name = self.get_token(handler)
        handler._token_authenticated = True  # as Jupyter's own notes it
        return User(name) if name in MAY else None


class Rules(Authorizer):
    """Knows what each may."""

    def is_authorized(self, handler: Any, user: User, action: str, resource: str) -> bool:
        """Look it up."""
        return (action, resource) in MAY[user.username]


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    jp_server_config["ServerApp"].update(identity_provider_class=People, authorizer_class=Rules)
    return jp_server_config


@pytest.fixture
def jp_auth_header() -> dict[str, str]:
    """Be the one who may do all, where nobody else is named."""
    return _as("writer")


def _as(name: str) -> dict[str, str]:
    return {"Authorization": f"token {name}"}


# What these cannot do without.
QUERIES = {"snippet": "?kind=connect", "progress": "?client=Client-1"}


class Requests:
    """All that the contract documents, about a cluster that works, sent by one or the other.

    Parameters
    ----------
    names : mapping
        What stands for the parameters of paths.
    """

    def __init__(self, api: Api, names: dict[str, str]) -> None:
        self._api = api
        self._names = names

    def path(self, template: str) -> str:
        """Return a documented path with real names."""
        names = self._names | ({"name": "array-sum"} if template.startswith("/examples") else {})
        path = re.sub(r"\{(\w+)\}", lambda found: names[found[1]], template.removeprefix("/"))
        return path + QUERIES.get(template.rpartition("/")[2], "")

    async def send(self, name: str, verb: str, template: str) -> Answer:
        """Send a request that does something, where it is allowed."""
        body = BODIES.get((verb, template))
        headers = _as(name) | (JSON if body else {})
        return await self._api(verb.upper(), self.path(template), body, headers=headers)


async def _working(api: Api) -> Requests:
    cluster = await api.start(backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    job = (await api("GET", f"clusters/{cluster['id']}/jobs")).json[0]["job_id"]
    assert (await api("PUT", "profiles/mine", PROFILE)).status in (200, 201)
    return Requests(
        api, {"cluster_id": cluster["id"], "job_id": job, "name": "mine", "code": "worker_failed"}
    )


def _all(*verbs: str) -> Iterator[tuple[str, str]]:
    return ((verb, path) for verb, path in contract().operations() if verb in verbs)


async def test_a_reader_sees_all_and_changes_nothing(api: Api, slurm: SlurmClient) -> None:
    requests = await _working(api)
    for verb, path in _all("get"):
        answer = await requests.send("reader", verb, path)
        assert answer.status == 200, (path, answer.text)
    cluster_path = requests.path("/clusters/{cluster_id}")
    before = [(await api("GET", path)).json for path in (f"{cluster_path}/history", "profiles")]
    for verb, path in _all("post", "put", "patch", "delete"):
        answer = await requests.send("reader", verb, path)
        assert (answer.status, answer.json["reason"]) == (403, "Forbidden"), (verb, path)
        # Nothing of the request is looked at first.
        broken = await api(verb.upper(), requests.path(path), "{", headers=_as("reader"))
        assert broken.status == 403, (verb, path)
    after = [(await api("GET", path)).json for path in (f"{cluster_path}/history", "profiles")]
    assert after == before
    assert [cluster["jobs"]["working"] for cluster in (await api("GET", "clusters")).json] == [1]


async def test_a_stranger_is_told_nothing(api: Api) -> None:
    requests = await _working(api)
    for name, status in (("stranger", 403), ("listener", 403), ("", 403)):
        told = set()
        for verb, path in contract().operations():
            answer = await requests.send(name, verb, path)
            assert answer.status == status, (name, verb, path, answer.text)
            told.add(answer.json["reason"])
        for method in ("GET", "POST", "PUT"):
            for path in ("clusters/ocean-0000", "clusters/ocean-0000/jobs", "clusters/%ff", "nothing", ""):
                answer = await api(method, path, headers=_as(name))
                assert answer.status == status, (name, method, path, answer.text)
        assert told == {"Forbidden"}


class TestLookingOnly:
    """Where the administrator lets clusters only be looked at."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["DaskSlurmExtension"]["read_only"] = True
        return jp_server_config

    async def test_that_is_told_only_to_who_is_let_in(self, api: Api) -> None:
        for name, reason in (("writer", "LimitExceeded"), ("stranger", "Forbidden"), ("", "Forbidden")):
            answer = await api("POST", "clusters", {"backend": "local"}, headers=_as(name) | JSON)
            assert (answer.status, answer.json["reason"]) == (403, reason), name


class _Dashboard:
    """The dashboard of a cluster, by HTTP and by websocket."""

    def __init__(self, api: Api, cluster_id: str, address: str) -> None:
        self._api = api
        self._base = f"dask-slurm/clusters/{cluster_id}/dashboard"
        self._address = address

    async def page(self, name: str, path: str, method: str = "GET", base: str | None = None) -> int:
        """Return the status of a page."""
        base = self._base if base is None else base
        answer = await self._api(method, path, base=base, headers=_as(name), follow_redirects=False)
        return answer.status

    async def socket(self, name: str, path: str | None = None) -> WebSocketClientConnection | int:
        """Return a websocket that speaks, else the status with which it was refused."""
        path = path or f"{self._base}/individual-task-stream/ws"
        protocols = None
        if path.startswith(self._base):
            page = await self._api("GET", "individual-task-stream", base=self._base)
            protocols = ["bokeh", page.text.partition('"token":"')[2].partition('"')[0]]
        request = HTTPRequest(f"ws{self._address}{path}", headers=_as(name))
        try:
            return await websocket_connect(request, subprotocols=protocols)
        except HTTPClientError as refused:
            return refused.code


@pytest.fixture
def address(jp_http_port: int, jp_base_url: str) -> str:
    """Return Jupyter's, without the protocol's name."""
    return f"://127.0.0.1:{jp_http_port}{jp_base_url}"


async def test_the_dashboard_is_for_those_who_may_read(api: Api, address: str) -> None:
    cluster_id = (await _working(api)).path("/clusters/{cluster_id}").partition("/")[2]
    dashboard = _Dashboard(api, cluster_id, address)
    statuses = {"": 302, "individual-plots.json": 200, "individual-task-stream": 200}
    for path, status in statuses.items():
        assert await dashboard.page("reader", path) == status
        for name in ("stranger", "listener"):
            assert await dashboard.page(name, path) == 403
            assert await dashboard.page(name, path, "HEAD") == 403
            assert await dashboard.page(name, path, "POST") in (403, 405)
    for path in ("frame", "window.js"):
        assert await dashboard.page("reader", path, base="dask-slurm") in (200, 404)
        assert await dashboard.page("stranger", path, base="dask-slurm") == 403
    for path in ("no-such-page", "%2e%2e/control/cluster"):
        assert await dashboard.page("stranger", path) == 403
    nowhere = _Dashboard(api, "ocean-0000", address)
    assert await nowhere.page("stranger", "status") == 403
    socket = await dashboard.socket("reader")
    assert isinstance(socket, WebSocketClientConnection)
    assert await socket.read_message() is not None
    await close(socket)
    for name in ("stranger", "listener", ""):
        assert await dashboard.socket(name) == 403


async def test_events_are_for_those_who_may_listen_to_jupyters(api: Api, address: str) -> None:
    events = _Dashboard(api, "", address)
    for name in ("reader", "stranger", ""):
        assert await events.socket(name, "api/events/subscribe") == 403
    socket = await events.socket("listener", "api/events/subscribe")
    assert isinstance(socket, WebSocketClientConnection)
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    told = json.loads(str(await socket.read_message()))
    assert told["cluster_id"] == cluster["id"]
    await close(socket)
