"""Dask's pages through Jupyter's port: HTTP and websocket, and what is kept out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_dask_slurm.routes.dashboard.proxy import DashboardHandler
from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL
from tests.jupyter.websockets import close

pytestmark = pytest.mark.usefixtures("quick_starts")


async def _started(api: Api) -> str:
    cluster = await api.start(backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    return f"dask-slurm/clusters/{cluster['id']}/dashboard"


def test_what_comes_after_the_browser_has_gone_is_no_failure() -> None:
    handler = object.__new__(DashboardHandler)
    handler.ws_connection = None
    assert handler.write_message("late") is None


async def _pages(api: Api, base: str) -> None:
    plots = await api("GET", "individual-plots.json", base=base)
    assert plots.status == 200
    assert "Individual Task Stream" in json.loads(plots.text)
    page = await api("GET", "individual-task-stream", base=base)
    assert page.status == 200
    assert "bokeh" in page.text
    # What a browser shows by itself, rather than our frame, has no scripts and no origin.
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    bokeh = await api("GET", "static/js/bokeh.min.js", base=base)
    assert bokeh.status == 200
    assert bokeh.headers["Cache-Control"].startswith("private, max-age=")
    assert bokeh.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert (await api("GET", "no-such-page", base=base)).status == 404
    info = await api("GET", "info", base=base)
    assert (info.status, "Workers" in info.text) == (200, True)
    assert info.headers["Content-Location"].endswith(f"/{base}/info/main/workers.html")


async def _a_window_of_its_own_holds_a_page_of_ours(api: Api, base: str) -> None:
    for headers in (
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Accept": "text/html,*/*"},
    ):
        window = await api("GET", "individual-task-stream", base=base, headers=headers)
        assert window.status == 200
        assert "bokeh" not in window.text
        assert '/dask-slurm/window.js"' in window.text
        policy = window.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self';" in policy
        assert "unsafe" not in policy
    plots = await api("GET", "individual-plots.json", base=base, headers={"Sec-Fetch-Mode": "navigate"})
    assert "Individual Task Stream" in json.loads(plots.text)


async def test_the_frame_of_a_page_has_no_origin_and_no_network(api: Api) -> None:
    frame = await api("GET", "frame", base="dask-slurm")
    assert frame.headers["Content-Type"] == "text/html; charset=utf-8"
    assert frame.headers["Connection-Allowlist"] == "()"
    policy = frame.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "sandbox allow-scripts allow-downloads"
    assert {"default-src 'none'", "frame-src 'none'", "worker-src 'none'"} < set(policy)
    for path in ("frame", "window.js"):
        answer = await api("GET", path, base="dask-slurm", headers={"Authorization": ""})
        assert answer.status == 403


async def _the_front_door(api: Api, base: str) -> None:
    answer = await api("GET", "", base=base, follow_redirects=False)
    assert answer.status == 302
    assert answer.headers["Location"].endswith(f"/{base}/status")


async def _looking_only(api: Api, base: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await api(method, "status", "x", base=base)).status == 405, method


PATHS = [
    "../control/cluster",
    "%2e%2e/control/cluster",
    "%252e%252e/control/cluster",
    "..%2fx",
    "a%5cb",
    "a%0d%0ab",
    "a%00b",
    "a%09b",
    "a%C2%85b",
    "%2e%2e%2f%2e%2e%2flab",
    ".%2e/x",
    "%25252525252e%25252525252e/x",
    "%" + "25" * 12 + "2e./x",
]


async def test_nothing_beside_the_dashboard_is_reached(
    api: Api, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    base = f"http://127.0.0.1:{jp_http_port}{jp_base_url}dask-slurm/clusters/ocean-0000/dashboard"
    for path in PATHS:
        with pytest.raises(HTTPClientError) as refused:
            await AsyncHTTPClient().fetch(f"{base}/{path}", headers=jp_auth_header)
        assert refused.value.code == 400, path


async def test_unknown_cluster(api: Api) -> None:
    answer = await api("GET", "status", base="dask-slurm/clusters/ocean-0000/dashboard")
    assert answer.status == 404


async def _foreign_pages_are_refused(api: Api, base: str) -> None:
    for origin in ("https://evil.example", "null", "", "file://", "http://127.0.0.1"):
        answer = await api("GET", "status", base=base, headers={"Origin": origin})
        assert answer.status == 403, origin


class TestAnyOrigin:
    """Where the administrator lets pages of all origins in."""

    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        jp_server_config["ServerApp"]["allow_origin"] = "*"
        return jp_server_config

    async def test_a_page_that_hides_its_origin_is_not_one_of_them(self, api: Api) -> None:
        base = await _started(api)
        for origin, status in (("https://hub.example", 200), ("null", 403)):
            answer = await api("GET", "individual-plots.json", base=base, headers={"Origin": origin})
            assert answer.status == status, origin


async def _nobody_gets_in_without_login(api: Api, base: str) -> None:
    answer = await api("GET", "status", base=base, headers={"Authorization": ""}, follow_redirects=False)
    assert answer.status == 302
    assert "/login" in answer.headers["Location"]


async def _bokeh_answers_on_its_websocket(api: Api, base: str, login: dict[str, str], url: str) -> None:
    page = await api("GET", "individual-task-stream", base=base)
    token = page.text.partition('"token":"')[2].partition('"')[0]
    socket = await websocket_connect(HTTPRequest(url, headers=login), subprotocols=["bokeh", token])
    first = await socket.read_message()
    assert first is not None
    assert "ACK" in str(first) or "msgid" in str(first)
    await close(socket)


async def _no_other_websocket_is_let_in(login: dict[str, str], url: str) -> None:
    tries: list[tuple[dict[str, str], list[str] | None, int]] = [
        ({**login, "Origin": "https://evil.example"}, None, 403),
        ({**login, "Origin": "null"}, None, 403),  # one that is hidden
        ({}, None, 403),
        (login, ["chat"], 400),
        (login, ["bokeh", "a", "b"], 400),
        (login, ["token", "bokeh"], 400),
    ]
    for headers, protocols, status in tries:
        with pytest.raises(HTTPClientError) as refused:
            await websocket_connect(HTTPRequest(url, headers=headers), subprotocols=protocols)
        assert refused.value.code == status, (headers, protocols)


async def test_the_dashboard_of_a_cluster_and_what_is_kept_out_of_it(
    api: Api, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    base = await _started(api)
    await _pages(api, base)
    await _a_window_of_its_own_holds_a_page_of_ours(api, base)
    await _the_front_door(api, base)
    await _looking_only(api, base)
    await _foreign_pages_are_refused(api, base)
    await _nobody_gets_in_without_login(api, base)
    socket = f"ws://127.0.0.1:{jp_http_port}{jp_base_url}{base}/individual-task-stream/ws"
    await _bokeh_answers_on_its_websocket(api, base, jp_auth_header, socket)
    await _no_other_websocket_is_let_in(jp_auth_header, socket)


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
