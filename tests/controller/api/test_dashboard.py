"""Dask's pages through the controller's socket: plain, static, websocket; and what is not served."""

from __future__ import annotations

import asyncio
import re
import socket

from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.netutil import Resolver
from tornado.websocket import WebSocketClientConnection

from tests.controller.conftest import Launch


class UnixResolver(Resolver):
    """Leads every name to one unix socket."""

    def initialize(self, path: str) -> None:
        self._path = path

    async def resolve(self, host: str, port: int, family: int = 0) -> list[tuple[int, str]]:
        return [(socket.AF_UNIX, self._path)]


PAGES = {
    "status": "bokeh",
    "individual-task-stream": "bokeh",
    "individual-plots.json": "Individual Task Stream",
    "statics/css/base.css": "font",
    "info/main/workers.html": "Workers",
}


def test_what_is_served_and_what_is_not(launch: Launch) -> None:
    controller = launch("local", scaling={"mode": "manual", "jobs": 0})
    controller.until(lambda c: c.status == "running")
    for path, expected in PAGES.items():
        status, body = controller.request("GET", f"/dashboard/{path}")
        assert status == 200, path
        assert expected in str(body), path
    for path in ("proxy/22/127.0.0.1/", "metrics", "jupyter/", "../control/cluster"):
        assert controller.request("GET", f"/dashboard/{path}")[0] == 404, path
    _, page = controller.request("GET", "/dashboard/status")
    _links_hold_below_any_prefix(page)
    # The origin is the browser's view of Jupyter; its proxy has checked it before.
    token = re.search(r'"token":"([^"]+)"', page)
    assert token
    assert "ACK" in asyncio.run(_first_words(controller.spec.socket, token[1]))


def _links_hold_below_any_prefix(page: str) -> None:
    links = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert any(link.startswith("static/js/bokeh") for link in links)
    assert [link for link in links if link.startswith("/")] == []


async def _first_words(path: str, token: str) -> str:
    resolver = UnixResolver(path=path)
    request = HTTPRequest(
        "ws://controller/dashboard/status/ws", headers=HTTPHeaders({"Origin": "https://hub.example.org"})
    )
    connection = WebSocketClientConnection(request, subprotocols=["bokeh", token], resolver=resolver)
    await connection.connect_future
    words = [str(await asyncio.wait_for(connection.read_message(), 60)) for _ in range(3)]
    connection.close()
    # Until both sides have said so: else its socket would still be open when the loop has ended.
    while await asyncio.wait_for(connection.read_message(), 60) is not None:
        pass
    return " ".join(words)
