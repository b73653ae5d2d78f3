"""Dask's pages through the controller's socket: plain, static, websocket; and what is not served."""

from __future__ import annotations

import asyncio
import re
import socket

import pytest
from tornado.httpclient import HTTPRequest
from tornado.httputil import HTTPHeaders
from tornado.netutil import Resolver
from tornado.websocket import WebSocketClientConnection

from tests.controller.conftest import Launch
from tests.controller.process import ControllerProcess


class UnixResolver(Resolver):
    """Leads every name to one unix socket."""

    def initialize(self, path: str) -> None:
        self._path = path

    async def resolve(self, host: str, port: int, family: int = 0) -> list[tuple[int, str]]:
        return [(socket.AF_UNIX, self._path)]


@pytest.fixture
def controller(launch: Launch) -> ControllerProcess:
    controller = launch("local", scaling={"mode": "manual", "jobs": 0})
    controller.until(lambda c: c.status == "running")
    return controller


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("status", "bokeh"),
        ("individual-task-stream", "bokeh"),
        ("individual-plots.json", "Individual Task Stream"),
        ("statics/css/base.css", "font"),
        ("info/main/workers.html", "Workers"),
    ],
)
def test_pages(controller: ControllerProcess, path: str, expected: str) -> None:
    status, body = controller.request("GET", f"/dashboard/{path}")
    assert status == 200
    assert expected in str(body)


def test_links_are_relative_so_that_they_hold_below_any_prefix(controller: ControllerProcess) -> None:
    _, page = controller.request("GET", "/dashboard/status")
    links = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert any(link.startswith("static/js/bokeh") for link in links)
    assert [link for link in links if link.startswith("/")] == []


@pytest.mark.parametrize("path", ["proxy/22/127.0.0.1/", "metrics", "jupyter/", "../control/cluster"])
def test_other_paths_are_not_served(controller: ControllerProcess, path: str) -> None:
    assert controller.request("GET", f"/dashboard/{path}")[0] == 404


def test_websocket_of_a_page_answers_whatever_the_origin_is(controller: ControllerProcess) -> None:
    # The origin is the browser's view of Jupyter; its proxy has checked it before.
    _, page = controller.request("GET", "/dashboard/status")
    token = re.search(r'"token":"([^"]+)"', page)
    assert token
    greeting = asyncio.run(_first_words(controller.spec.socket, token[1]))
    assert "ACK" in greeting


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
