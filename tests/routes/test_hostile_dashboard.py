"""What a dashboard that means harm gets through Jupyter: in, and out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPRequest
from tornado.iostream import IOStream
from tornado.tcpclient import TCPClient
from tornado.websocket import websocket_connect

from jupyter_dask_slurm.routes.dashboard.paths import without_secrets
from tests.jupyter.api import Api
from tests.routes.hostile_dashboard import HostileDashboard, Reply, hostile_dashboard

pytestmark = pytest.mark.usefixtures("quick_starts")

HEADERS = [
    ("Content-Type", "text/html; charset=utf-7"),
    ("Set-Cookie", "a=b; Path=/"),
    ("Location", "https://evil.example/"),
    ("Service-Worker-Allowed", "/"),
    ("Refresh", "0; url=https://evil.example/"),
    ("Strict-Transport-Security", "max-age=9"),
    ("Alt-Svc", 'h2="evil.example:443"'),
    ("WWW-Authenticate", "Basic realm=jupyter"),
    ("Link", "<https://evil.example/>; rel=preload"),
    ("NEL", "{}"),
    ("Report-To", "{}"),
    ("Reporting-Endpoints", 'a="https://evil.example/"'),
    ("Access-Control-Allow-Origin", "*"),
    ("Clear-Site-Data", '"*"'),
    ("Content-Disposition", "attachment; filename=x.exe"),
    ("Content-Security-Policy", "script-src *"),
    ("Content-Security-Policy-Report-Only", "default-src 'none'; report-uri https://evil.example/"),
    ("Permissions-Policy", "camera=*"),
    ("Cross-Origin-Opener-Policy", "unsafe-none"),
    ("SourceMap", "https://evil.example/"),
    ("Speculation-Rules", '"https://evil.example/"'),
    ("Content-Location", "/lab"),
    ("X-Frame-Options", "ALLOWALL"),
    ("Cache-Control", "public, max-age=99999"),
    ("ETag", '"tracked"'),
    ("X-Whatever", "1"),
]
OURS = {
    "Cache-Control", "Connection", "Content-Length", "Content-Security-Policy", "Content-Type",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Date", "Etag", "Referrer-Policy", "Server",
    "Set-Cookie",  # Jupyter's own
    "X-Content-Type-Options",
}  # fmt: skip

LEADING_OUT = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "\\\\evil.example\\x",
    "/\\evil.example/",
    "%5c%5cevil.example",
    "http:evil",
    "javascript:alert(1)",
    "data:text/html,x",
    "../../../../lab",
    "/../../../lab",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/lab",
    "/%2e%2e/%2e%2e/control/cluster",
    "/dashboard/../control/cluster",
    "%252e%252e/%252e%252e/lab",
    "%25252e%25252e%25252flab",
    ".%2e/x",
    "..%2f..%2flab",
    "..%5c..%5clab",
    "%2f%2fevil.example/",
    "%252f%252fevil.example/",
    "/dashboard//evil.example/",
    "%68ttps://evil.example/",
    "/\t/evil.example/",
    ".\t./lab",
    "a%09b",
    "a%0d%0aSet-Cookie:x=y",
    "?x=%5c..",
    "é",
    "%" + "25" * 9 + "2e",
    "",
]
LEADING_ON = [
    ("status", "/dashboard/info/status"),
    ("./main/workers.html", "/dashboard/info/main/workers.html"),
    ("/status", "/dashboard/status"),
    ("/dashboard/status", "/dashboard/status"),
    ("worker/tls%3A%2F%2F10.0.0.1%3A4.html#x", "/dashboard/info/worker/tls%3A%2F%2F10.0.0.1%3A4.html"),
]

Hostile = Callable[[], AbstractAsyncContextManager[tuple[HostileDashboard, str]]]


@pytest.fixture
def hostile(api: Api, jp_serverapp: Any, tmp_path: Path) -> Hostile:
    return lambda: hostile_dashboard(api, jp_serverapp.web_app.settings, tmp_path)


async def test_headers_of_a_dashboard_stay_there(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        dashboard.reply = Reply(headers=HEADERS, reason="Come to evil.example")
        for path in ("status", "static/js/bokeh.min.js", "info/x"):
            answer = await api("GET", path, base=base, follow_redirects=False)
            assert answer.status == 200
            assert {name.title() for name in answer.headers} <= OURS
            assert "evil" not in str(dict(answer.headers))
            assert "a=b" not in answer.headers.get("Set-Cookie", "")
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers.get_list("Content-Security-Policy")[0].startswith(
                "sandbox; default-src 'none'"
            )


async def test_only_what_dask_serves_comes_out(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        for kind, seen in [
            ("TEXT/HTML;x=y", "text/html; charset=utf-8"),
            ("application/javascript", "text/javascript; charset=utf-8"),
            ("image/x-icon", "image/vnd.microsoft.icon"),
            ("application/pdf", None),
            ("application/xhtml+xml", None),
            ("text/xml", None),
            ("multipart/x-mixed-replace; boundary=x", None),
            ("application/x-webarchive", None),
            ("text/html, application/pdf", None),
            ("", None),
        ]:
            dashboard.reply = Reply(headers=[("Content-Type", kind)])
            answer = await api("GET", "status", base=base)
            assert answer.status == (200 if seen else 502), kind
            assert seen is None or answer.headers["Content-Type"] == seen
        for status in (201, 206, 300, 304, 401, 407, 418, 599):
            dashboard.reply = Reply(status=status, headers=[("Location", "status"), *HEADERS])
            answer = await api("GET", "status", base=base, follow_redirects=False)
            assert (answer.status, "Location" in answer.headers) == (502, False), status


async def test_redirects_lead_nowhere_else(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        for location in LEADING_OUT:
            for status in (302, 308):
                dashboard.asked.clear()
                dashboard.pages = {
                    "/dashboard/info/page": Reply(status=status, headers=[("Location", location)])
                }
                answer = await api("GET", "info/page", base=base, follow_redirects=False)
                assert (answer.status, dashboard.paths) == (502, ["/dashboard/info/page"]), location
                assert "Location" not in answer.headers


async def test_redirects_within_the_dashboard_are_followed_by_jupyter(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        for location, place in LEADING_ON:
            dashboard.asked.clear()
            dashboard.pages = {"/dashboard/info/page": Reply(status=302, headers=[("Location", location)])}
            answer = await api("GET", "info/page", base=base, follow_redirects=False)
            assert (answer.status, dashboard.paths) == (200, ["/dashboard/info/page", place])
            expected = f"/{base}{place.removeprefix('/dashboard')}"
            assert answer.headers["Content-Location"].endswith(expected)


async def test_redirects_end(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        location = "?theme=dark&token=secret&%74oken=secret"
        dashboard.reply = Reply(status=302, headers=[("Location", location)])
        answer = await api("GET", "info/page", base=base, follow_redirects=False)
        assert (answer.status, "Location" in answer.headers) == (502, False)
        assert dashboard.paths == ["/dashboard/info/page"] + ["/dashboard/info/page?theme=dark"] * 5


async def test_nothing_of_jupyters_goes_in(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        headers = {
            "Cookie": "_xsrf=secret",
            "X-XSRFToken": "secret",
            "Referer": "http://127.0.0.1/?token=secret",
            "X-Forwarded-User": "secret",
            "Proxy-Authorization": "secret",
            "Accept-Language": "de",
        }
        path = "status?TOKEN=secret&_xsrf=secret&v=1"
        assert (await api("GET", path, base=base, headers=headers)).status == 200
        [asked] = dashboard.asked
        assert asked.uri == "/dashboard/status?v=1"
        assert "secret" not in str(asked.headers)
        names = {"Accept-Language", "Connection", "Host", "User-Agent"}
        assert {name for name, _ in asked.headers.get_all()} <= names


def test_the_name_of_a_secret_may_be_quoted() -> None:
    assert without_secrets("%74oken=a&v=%2F&Token=b&empty=&_xsr%66=c") == "v=%2F&empty="


async def test_requests_that_no_page_makes_are_refused(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        for headers, status in [
            ({"Service-Worker": "script"}, 403),
            ({"Sec-Fetch-Dest": "serviceworker"}, 403),
            ({"Sec-Fetch-Dest": "script"}, 403),
            ({"Sec-Fetch-Dest": "worker"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
            ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ]:
            assert (await api("GET", "status", base=base, headers=headers)).status == status, headers
        for method in ("GET", "HEAD"):
            assert (await api(method, "status", "a body", base=base)).status == 400
        assert (await api("OPTIONS", "status", base=base)).status == 405
        window = await api("GET", "window.js", base="dask-slurm", headers={"Service-Worker": "script"})
        assert window.status == 403
        assert dashboard.asked == []


async def test_a_dashboard_that_does_not_speak_http(api: Api, hostile: Hostile) -> None:
    async with hostile() as (dashboard, base):
        dashboard.broken = True
        answer = await api("GET", "status", base=base)
        assert answer.status == 502
        assert "does not answer" in answer.text


async def test_a_websocket_is_not_led_elsewhere(
    api: Api, hostile: Hostile, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    async with hostile() as (dashboard, base):
        dashboard.reply = Reply(status=302, headers=[("Location", "/control/cluster")])
        url = f"ws://127.0.0.1:{jp_http_port}{jp_base_url}{base}/status/ws?_xsrf=secret"
        socket = await websocket_connect(HTTPRequest(url, headers={**jp_auth_header, "Cookie": "a=secret"}))
        assert await socket.read_message() is None
        socket.close()
        assert dashboard.paths == ["/dashboard/status/ws"]
        assert "secret" not in str(dashboard.asked[0].headers)


async def test_a_body_that_is_sent_in_pieces(
    hostile: Hostile, jp_http_port: int, jp_base_url: str, jp_auth_header: dict[str, str]
) -> None:
    async with hostile() as (dashboard, base):
        stream: IOStream = await TCPClient().connect("127.0.0.1", jp_http_port)
        await stream.write(
            f"GET {jp_base_url}{base}/status HTTP/1.1\r\nHost: 127.0.0.1:{jp_http_port}\r\n"
            f"Authorization: {jp_auth_header['Authorization']}\r\nTransfer-Encoding: chunked\r\n\r\n"
            "1\r\nx\r\n0\r\n\r\n".encode()
        )
        assert b" 400 " in await stream.read_until(b"\r\n")
        assert dashboard.asked == []
        stream.close()
