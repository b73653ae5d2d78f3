"""Dask's dashboard of a cluster, through Jupyter's own port and authentication.

The URL holds a cluster id and a path; no host and no port, ever. What goes in loses Jupyter's credentials,
what comes out cannot set cookies, open itself to other origins, or send the browser elsewhere.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from jupyter_server.utils import ensure_async, url_path_join
from jupyter_server_proxy.handlers import ProxyHandler
from tornado import web
from tornado.httputil import HTTPHeaders

from ..protocol.errors import DaskSlurmError
from .base import CLUSTER, SERVICES_KEY

PREFIX = "/dashboard/"
# Bokeh's scripts carry a hash of their content in the query; the rest of static/ changes with Dask's version.
STATIC_AGE_S = 86_400

_NOT_IN = ("Cookie", "Authorization", "X-XSRFToken", "X-CSRFToken")
_NOT_OUT = re.compile(
    r"(?i)set-cookie|access-control-.*|clear-site-data|content-length|transfer-encoding|connection|server"
)
_PAGES = re.compile(rf".*?/dask-slurm/clusters/[^/]+{PREFIX}")
_FORBIDDEN = re.compile(r"[\\\x00-\x1f\x7f]")


class DashboardHandler(ProxyHandler):  # type: ignore[misc]  # it has no annotations
    """HTTP and websocket to the unix socket of one cluster's controller, below ``/dashboard/`` only."""

    auth_resource = "dask-slurm"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A pane that stays open must not keep an idle Jupyter server from being culled.
        super().__init__(*args, update_last_activity=False, rewrite_response=_cleaned, **kwargs)

    async def prepare(self, *args: Any, **kwargs: Any) -> None:
        """Check user, origin and path before anything is sent on."""
        await super().prepare(*args, **kwargs)
        if self._finished:
            return
        if self.request.method not in ("GET", "HEAD"):
            raise web.HTTPError(405)
        allowed = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "read", self.auth_resource)
        )
        if not allowed:
            raise web.HTTPError(403)
        if not self.check_origin():
            raise web.HTTPError(403, "This page was asked for from another origin.")
        check_path(self.request.path)
        await self.settings[SERVICES_KEY].open()
        # Its streaming answer would bypass what we do to headers; Dask has no such route.
        if self.request.headers.get("Accept") == "text/event-stream":
            self.request.headers["Accept"] = "*/*"

    def check_origin(self, origin: str | None = None) -> bool:
        """Refuse foreign origins, also where a token came along: it may be in the URL of a page elsewhere."""
        origin = (
            origin or self.request.headers.get("Origin") or self.request.headers.get("Sec-Websocket-Origin")
        )
        if origin is None or self.allow_origin == "*":
            return True
        if urlsplit(origin.lower()).netloc == self.request.headers.get("Host", "").lower():
            return True
        if self.allow_origin:
            return bool(self.allow_origin == origin)
        return bool(self.allow_origin_pat and re.match(self.allow_origin_pat, origin))

    async def http_get(self, cluster_id: str, path: str | None) -> None:
        """Fetch a page; the front door leads to the status page."""
        self._aim(cluster_id)
        if not path:
            self.redirect(url_path_join(self.base_url, self.proxy_base, "status"))
            return
        await self.proxy("localhost", 0, PREFIX + path)

    async def head(self, cluster_id: str, path: str | None) -> None:
        """Ask for a page's headers."""
        await self.http_get(cluster_id, path)

    async def open(self, cluster_id: str, path: str | None) -> None:
        """Open a websocket."""
        self._aim(cluster_id)
        await self.proxy_open("localhost", 0, PREFIX + (path or ""))

    def _aim(self, cluster_id: str) -> None:
        """Aim at the socket of the cluster."""
        try:
            handle = self.settings[SERVICES_KEY].manager.handle(cluster_id)
            handle.require_client()
        except DaskSlurmError as error:
            raise web.HTTPError(error.status, error.message.replace("%", "%%")) from None
        self.unix_socket = handle.record.socket
        self.proxy_base = handle.cluster.dashboard_path.rstrip("/")

    def _rewrite_location_header(self, location: str, host: str, port: int, proxied_path: str) -> str:
        """Keep redirects below this cluster's pages."""
        target = urlsplit(location)
        here = url_path_join(self.base_url, self.proxy_base)
        if target.scheme or target.netloc or location.startswith("//") or ".." in target.path.split("/"):
            return here + "/"
        if not target.path.startswith("/"):
            return location
        path = target.path.removeprefix(PREFIX.rstrip("/")).lstrip("/")
        return url_path_join(here, path) + (f"?{target.query}" if target.query else "")

    def proxy_request_headers(self) -> HTTPHeaders:
        """Return the headers that go in: nothing of Jupyter's login."""
        headers: HTTPHeaders = super().proxy_request_headers()
        for name in _NOT_IN:
            headers.pop(name, None)
        return headers

    def get_client_uri(self, protocol: str, host: str, port: int, proxied_path: str) -> str:
        """Return the address at the controller, without a token that came in the query."""
        address, _, query = super().get_client_uri(protocol, host, port, proxied_path).partition("?")
        kept = [part for part in query.split("&") if part and not part.lower().startswith("token=")]
        return f"{address}?{'&'.join(kept)}" if kept else address


def check_path(path: str) -> None:
    """Refuse a path that could lead out of the dashboard, however it is written.

    Raises
    ------
    tornado.web.HTTPError
        400.
    """
    for _round in range(3):
        if _FORBIDDEN.search(path) or ".." in path.split("/"):
            raise web.HTTPError(400, "The path is not allowed.")
        path = unquote(path)


def _cleaned(response: Any, request: Any) -> None:
    """Change the headers that come out."""
    headers = HTTPHeaders()
    for name, value in response.headers.get_all():
        if not _NOT_OUT.fullmatch(name):
            headers.add(name, value)
    headers["X-Content-Type-Options"] = "nosniff"
    for policy in _policies(request.path):
        headers.add("Content-Security-Policy", policy)
    # A page opened from JupyterLab in a window of its own gets no hold of JupyterLab's.
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if "/static/" in request.path and response.code == 200:
        headers["Cache-Control"] = f"private, max-age={STATIC_AGE_S}"
    response.headers = headers


def _policies(path: str) -> tuple[str, str]:
    """Return what a page may reach that is opened in a window of its own: pages of this cluster alone.

    A browser holds a page to both. The first says which paths, on any host, because behind a proxy Jupyter
    does not know its own name; the second says which host.
    """
    found = _PAGES.match(path)
    pages = "//*:*" + (found[0] if found else path).replace(";", "%3B").replace(",", "%2C")
    connect = " ".join(f"{scheme}:{pages}" for scheme in ("http", "https", "ws", "wss"))
    paths = f"connect-src {connect}; script-src http:{pages} https:{pages} 'unsafe-inline' 'unsafe-eval'"
    host = (
        "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    return paths, host


handlers = [(rf"/dask-slurm/clusters/{CLUSTER}/dashboard(?:/(?P<path>.*))?", DashboardHandler)]
