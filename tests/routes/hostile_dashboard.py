"""A dashboard that does what it should not, on a unix socket in the place of a cluster's controller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.netutil import bind_unix_socket

from jupyter_dask_slurm.routes.base import SERVICES_KEY
from tests.jupyter.api import Api, status
from tests.jupyter.controllers import SMALL


@dataclass
class Reply:
    """What is said whatever is asked, unless the path is among `others`."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Content-Type", "text/html")])
    body: bytes = b"<html></html>"
    reason: str = "OK"


class HostileDashboard:
    """Answers with `reply`, or with what `pages` has at the path; remembers what it was asked."""

    def __init__(self) -> None:
        self.reply = Reply()
        self.pages: dict[str, Reply] = {}
        self.asked: list[HTTPServerRequest] = []
        self.broken = False

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.uri or "" for request in self.asked]

    def __call__(self, request: HTTPServerRequest) -> None:
        """Answer (tornado's interface)."""
        self.asked.append(request)
        assert request.connection is not None
        if self.broken:
            request.connection.stream.write(b"\x00 this is not HTTP\r\n\r\n")  # type: ignore[attr-defined]
            request.connection.stream.close()  # type: ignore[attr-defined]
            return
        reply = self.pages.get(request.path, self.reply)
        headers = HTTPHeaders()
        for name, value in [*reply.headers, ("Content-Length", str(len(reply.body)))]:
            headers.add(name, value)
        request.connection.write_headers(
            ResponseStartLine("HTTP/1.1", reply.status, reply.reason), headers, reply.body
        )
        request.connection.finish()


@asynccontextmanager
async def hostile_dashboard(
    api: Api, settings: dict[str, Any], folder: Path
) -> AsyncIterator[tuple[HostileDashboard, str]]:
    """Start a cluster whose socket is a hostile one; give it and where Jupyter has its dashboard."""
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    await api.until(cluster["id"], status("running"))
    hostile = HostileDashboard()
    server = HTTPServer(hostile.__call__)
    path = folder / "hostile"
    server.add_socket(bind_unix_socket(str(path), mode=0o600))
    handle = settings[SERVICES_KEY].manager.handle(cluster["id"])
    before = handle.record
    handle.record = replace(before, socket=str(path))
    try:
        yield hostile, f"dask-slurm/clusters/{cluster['id']}/dashboard"
    finally:
        handle.record = before
        server.stop()
        await server.close_all_connections()
