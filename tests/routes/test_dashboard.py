"""Dask's pages through Jupyter's port: HTTP and websocket, and what is kept out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL


async def _started(api: Api) -> str:
    cluster = await api.start(backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    return f"dask-slurm/clusters/{cluster['id']}/dashboard"


async def test_pages(api: Api) -> None:
    base = await _started(api)
    plots = await api("GET", "individual-plots.json", base=base)
    assert plots.status == 200
    assert "Individual Task Stream" in json.loads(plots.text)
    page = await api("GET", "individual-task-stream", base=base)
    assert page.status == 200
    assert "bokeh" in page.text
    paths, host = page.headers.get_list("Content-Security-Policy")
    allowed = re.findall(r"(\w+)://(\S+?)/?[ ;]", paths.partition("script-src")[0])
    assert {scheme for scheme, _ in allowed} == {"http", "https", "ws", "wss"}
    assert all(place.endswith(f"/{base}") for _, place in allowed)
    assert "connect-src 'self'" in host
    assert "frame-ancestors 'self'" in host
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    bokeh = await api("GET", "static/js/bokeh.min.js", base=base)
    assert bokeh.status == 200
    assert bokeh.headers["Cache-Control"].startswith("private, max-age=")
    assert (await api("GET", "no-such-page", base=base)).status == 404


async def test_the_front_door(api: Api) -> None:
    base = await _started(api)
    answer = await api("GET", "", base=base, follow_redirects=False)
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"/{base}/status")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_looking_only(api: Api, method: str) -> None:
    base = await _started(api)
    assert (await api(method, "status", "x", base=base)).status == 405


@pytest.mark.parametrize(
    "path",
    [
        "../control/cluster",
        "%2e%2e/control/cluster",
        "%252e%252e/control/cluster",
        "..%2fx",
        "a%5cb",
        "a%0d%0ab",
        "a%00b",
    ],
)
async def test_nothing_beside_the_dashboard_is_reached(
    api: Api, path: str, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}dask-slurm/clusters/ocean-0000/dashboard/{path}"
    with pytest.raises(HTTPClientError) as refused:
        await AsyncHTTPClient().fetch(url, headers=jp_auth_header)
    assert refused.value.code == 400


async def test_unknown_cluster(api: Api) -> None:
    answer = await api("GET", "status", base="dask-slurm/clusters/ocean-0000/dashboard")
    assert answer.status == 404


async def test_foreign_pages_are_refused(api: Api) -> None:
    base = await _started(api)
    answer = await api("GET", "status", base=base, headers={"Origin": "https://evil.example"})
    assert answer.status == 403


async def test_nobody_without_login(api: Api) -> None:
    base = await _started(api)
    answer = await api("GET", "status", base=base, headers={"Authorization": ""}, follow_redirects=False)
    assert answer.status == 302
    assert "/login" in answer.headers["Location"]


class TestWebsocket:
    """Bokeh's websocket, by tornado's client."""

    @pytest.fixture
    def url(self, jp_http_port: int, jp_base_url: str) -> Callable[[str], str]:
        return lambda base: f"ws://127.0.0.1:{jp_http_port}{jp_base_url}{base}/individual-task-stream/ws"

    async def test_bokeh_answers(
        self, api: Api, url: Callable[[str], str], jp_auth_header: dict[str, str]
    ) -> None:
        base = await _started(api)
        page = await api("GET", "individual-task-stream", base=base)
        token = page.text.partition('"token":"')[2].partition('"')[0]
        request = HTTPRequest(url(base), headers=jp_auth_header)
        socket = await websocket_connect(request, subprotocols=["bokeh", token])
        first = await socket.read_message()
        assert first is not None
        assert "ACK" in str(first) or "msgid" in str(first)
        socket.close()

    async def test_foreign_origin(
        self, api: Api, url: Callable[[str], str], jp_auth_header: dict[str, str]
    ) -> None:
        base = await _started(api)
        request = HTTPRequest(url(base), headers={**jp_auth_header, "Origin": "https://evil.example"})
        with pytest.raises(HTTPClientError) as refused:
            await websocket_connect(request)
        assert refused.value.code == 403

    async def test_no_login(self, api: Api, url: Callable[[str], str]) -> None:
        base = await _started(api)
        with pytest.raises(HTTPClientError) as refused:
            await websocket_connect(HTTPRequest(url(base)))
        assert refused.value.code == 403


async def test_the_report_is_a_file_whose_scripts_have_no_part_in_jupyter(api: Api) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    path = f"clusters/{cluster['id']}/report"
    # Soon it runs; before, it is in the wrong state, and neither it nor its controller is out of reach.
    assert (await api("GET", path)).status in (409, 200)
    assert (await api("DELETE", f"clusters/{cluster['id']}/jobs/local_7")).status == 404
    await api.until(cluster["id"], lambda now: now["status"] == "running")
    report = await api("GET", path)
    assert report.status == 200
    assert report.headers["Content-Type"] == "text/html; charset=utf-8"
    assert report.headers["Content-Disposition"] == f'attachment; filename="dask-report-{cluster["id"]}.html"'
    policy = report.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in policy
    assert "Dask Performance Report" in report.text
    await api("DELETE", f"clusters/{cluster['id']}")
    assert (await api("GET", path)).status in (404, 409)
