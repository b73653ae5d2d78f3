"""Dask's pages below ``/dashboard/`` of the controller's socket."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Awaitable

from tornado import web
from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.routing import Router

from ...system.beside_loop import in_thread
from ..backend.scheduler import ControllerScheduler

logger = logging.getLogger(__name__)
PREFIX = "/dashboard"


class DashboardRouter(Router):
    """Hands requests to the scheduler's HTTP application, which sees them at ``/``.

    All links of Dask's pages are relative, so they hold below any prefix that Jupyter puts in front.
    """

    def __init__(self, scheduler: ControllerScheduler) -> None:
        self._scheduler = scheduler
        self._entry = web.Application([(r"/?", _Entry)])
        self._loading: asyncio.Future[None] | None = None

    def find_handler(self, request: HTTPServerRequest, **kwargs: object) -> HTTPMessageDelegate:
        """Return what will read and answer `request` (tornado's interface)."""
        request.path = request.path[len(PREFIX) :] or "/"
        request.uri = (request.uri or "/")[len(PREFIX) :] or "/"
        return _Deferred(self, request)

    async def load(self) -> None:
        """Import Bokeh in a thread and connect its pages, once for all requests that wait."""
        if self._loading is None:
            self._loading = asyncio.ensure_future(self._load())
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        try:
            await in_thread(importlib.import_module, "distributed.dashboard.scheduler")
            self._scheduler.load_dashboard()
        except ImportError as error:
            logger.warning("No dashboard: %s", error)

    def answer(self, request: HTTPServerRequest) -> HTTPMessageDelegate:
        """Return the handler of Dask's application, or the redirection of the bare prefix."""
        application = self._entry if request.path == "/" else self._scheduler.http_application
        return application.find_handler(request)


class _Entry(web.RequestHandler):
    """The dashboard's front door; relative, so that it stays below the prefix."""

    def get(self) -> None:
        self.set_status(302)
        self.set_header("Location", "status")


class _Deferred(HTTPMessageDelegate):
    """A request that waits for the dashboard to be loaded before it is routed."""

    def __init__(self, router: DashboardRouter, request: HTTPServerRequest) -> None:
        self._router = router
        self._request = request
        self._delegate: HTTPMessageDelegate | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        return self._route(start_line, headers)

    async def _route(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        await self._router.load()
        self._delegate = self._router.answer(self._request)
        answered = self._delegate.headers_received(start_line, headers)
        if answered is not None:
            await answered

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._delegate.data_received(chunk) if self._delegate else None

    def finish(self) -> None:
        if self._delegate:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        if self._delegate:
            self._delegate.on_connection_close()
