"""Dask's dashboard of a cluster, through Jupyter's own port and authentication.

The URL holds a cluster id and a path; no host and no port, ever. Nothing of Jupyter's login goes in, and what
comes out is a status, a body and its type: redirects are followed here, below the dashboard only.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from jupyter_server.utils import ensure_async, url_path_join
from jupyter_server_proxy.handlers import ProxyHandler
from jupyter_server_proxy.unixsock import UnixResolver
from tornado import web
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders, HTTPInputError
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClosedError

from ...protocol.errors import DaskSlurmError
from ...protocol.models import dashboard_path_of
from ..base import CLUSTER, SERVICES_KEY
from .admission import check_request, is_allowed_origin, navigates
from .answers import REDIRECTS, shown_headers
from .confinement import is_page, window_page
from .paths import PREFIX, check_path, page_path, redirect_target, without_secrets

CONNECT_S = 10.0
"""How long the controller may take to accept a connection, in seconds."""

ANSWER_S = 120.0
"""How long it may take to make a page: the first one loads Bokeh, maybe from a slow file system."""

MOST_REDIRECTS = 5

_IN = ("Accept", "Accept-Language", "User-Agent")


class DashboardHandler(ProxyHandler):  # type: ignore[misc]  # it has no annotations
    """HTTP and websocket to the unix socket of one cluster's controller, below ``/dashboard/`` only."""

    auth_resource = "dask-slurm"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A pane that stays open must not keep an idle Jupyter server from being culled.
        super().__init__(*args, update_last_activity=False, **kwargs)

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Check user, origin and path before anything is sent on."""
        await super().prepare(*args, **kwargs)
        if self._finished:
            return
        allowed = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource)
        )
        if not allowed:
            raise web.HTTPError(403)
        if not self.check_origin():
            raise web.HTTPError(403, "This page was asked for from another origin.")
        check_request(self.request)
        check_path(self.request.path)
        await self.settings[SERVICES_KEY].open()

    def check_origin(self, origin: str | None = None) -> bool:
        """Refuse foreign origins, also where a token came along: it may be in the URL of a page elsewhere."""
        headers = self.request.headers
        if origin is None:
            origin = headers.get("Origin", headers.get("Sec-Websocket-Origin"))
        return origin is None or is_allowed_origin(
            origin, headers.get("Host", ""), self.allow_origin, self.allow_origin_pat
        )

    async def http_get(self, cluster_id: str, path: str | None) -> None:
        """Answer with a page, or with the window that shows it; the front door leads to the status page."""
        await self._aim(cluster_id)
        if not path and "Sec-Fetch-Mode" not in self.request.headers:
            self.redirect(self._address("/status"))
        elif navigates(self.request) and is_page(path or ""):
            window_page(self)
        else:
            await self._answer(page_path(path or ""))

    async def head(self, cluster_id: str, path: str | None) -> None:
        """Ask for a page's headers."""
        await self._aim(cluster_id)
        await self._answer(page_path(path or ""))

    async def open(self, cluster_id: str, path: str | None) -> None:
        """Open a websocket."""
        await self._aim(cluster_id)
        await self.proxy_open("localhost", 0, page_path(path or ""))

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Send on what the dashboard says; where the browser has just gone nobody is to hear it."""
        with suppress(WebSocketClosedError):
            return super().write_message(message, binary)
        return None

    def proxy_request_headers(self) -> HTTPHeaders:
        """Return the headers that go in: nothing by which anybody could be known."""
        headers = self.request.headers
        return HTTPHeaders({name: headers[name] for name in _IN if name in headers})

    def get_client_uri(self, protocol: str, host: str, port: int, proxied_path: str) -> str:
        """Return the address at the controller, without a token that came in the query."""
        query = without_secrets(self.request.query)
        return f"{protocol}://{host}:{port}{PREFIX}{proxied_path}{'?' if query else ''}{query}"

    async def _aim(self, cluster_id: str) -> None:
        """Aim at the socket of the cluster, or at one that leads to its host."""
        try:
            handle = self.settings[SERVICES_KEY].manager.handle(cluster_id)
            self.unix_socket = await handle.socket()
        except DaskSlurmError as error:
            raise web.HTTPError(error.status, error.message.replace("%", "%%")) from None
        self.proxy_base = handle.cluster.dashboard_path.rstrip("/")

    def _address(self, page: str) -> str:
        """Return where the browser finds a page of this dashboard."""
        return str(url_path_join(self.base_url, self.proxy_base)) + page

    async def _answer(self, page: str) -> None:
        """Send what the dashboard has at a quoted path, or where it leads to from there."""
        asked = page
        answer = await self._fetch(self.get_client_uri("http", "localhost", 0, page))
        for _ in range(MOST_REDIRECTS):
            if answer.code not in REDIRECTS:
                break
            page = redirect_target(answer.headers.get("Location", ""), page.partition("?")[0])
            answer = await self._fetch(f"http://localhost:0{PREFIX}{page}")
        headers = shown_headers(answer, page)
        if page != asked:
            # Links of the page are relative to where it is.
            headers["Content-Location"] = self._address(page)
        # Those that Jupyter has put there are for pages of its own.
        self._headers = headers
        self.set_status(answer.code)
        self.finish(answer.body or None)

    async def _fetch(self, address: str) -> HTTPResponse:
        request = HTTPRequest(
            address,
            method=self.request.method or "GET",
            headers=self.proxy_request_headers(),
            follow_redirects=False,
            decompress_response=False,
            connect_timeout=CONNECT_S,
            request_timeout=ANSWER_S,
        )
        client = SimpleAsyncHTTPClient(force_instance=True, resolver=UnixResolver(self.unix_socket))
        try:
            return await client.fetch(request, raise_error=False)
        except HTTPTimeoutError:
            raise web.HTTPError(504, "The cluster's dashboard did not answer in time.") from None
        except (HTTPClientError, HTTPInputError, OSError, ValueError) as error:
            self.log.info("%s: %s", self.request.path, error)
            raise web.HTTPError(502, "The cluster's dashboard does not answer.") from None
        finally:
            client.close()


handlers = [(rf"/{dashboard_path_of(CLUSTER).rstrip('/')}(?:/(?P<path>.*))?", DashboardHandler)]
