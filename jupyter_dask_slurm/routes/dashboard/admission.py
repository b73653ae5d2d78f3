"""Which requests reach a dashboard: those that our panes and windows make, and no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tornado import web

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

# What a browser fetches something for. Scripts, styles and images of a page are fetched by who shows it.
_PURPOSES = {"", "empty", "document", "frame", "iframe", "websocket"}
# Bokeh's own protocol and, as a second one, the token of its session.
_PROTOCOLS = re.compile(r"bokeh\s*(,\s*[A-Za-z0-9_.-]+)?")


def check_request(request: HTTPServerRequest) -> None:
    """Refuse what no page of ours asks for.

    Raises
    ------
    tornado.web.HTTPError
        400, 403 or 405.
    """
    headers = request.headers
    if request.method not in ("GET", "HEAD"):
        raise web.HTTPError(405)
    if request.body:
        raise web.HTTPError(400, "A request for a page of the dashboard has no body.")
    if "Service-Worker" in headers or headers.get("Sec-Fetch-Dest", "").lower() not in _PURPOSES:
        raise web.HTTPError(403, "Files of the dashboard are shown, and not used for anything else.")
    elsewhere = headers.get("Sec-Fetch-Site", "").lower() not in ("", "none", "same-origin")
    # Who has a name, has been judged by it; others may lead to a page, but not read it.
    if elsewhere and "Origin" not in headers and not navigates(request):
        raise web.HTTPError(403, "This page was asked for from another origin.")
    protocols = headers.get("Sec-WebSocket-Protocol")
    if protocols is not None and not _PROTOCOLS.fullmatch(protocols.strip()):
        raise web.HTTPError(400, "A websocket of the dashboard speaks Bokeh's protocol.")


def navigates(request: HTTPServerRequest) -> bool:
    """Whether a browser is about to show the answer as a page."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if mode is not None:
        return mode.lower() == "navigate"
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "").lower()


def is_allowed_origin(origin: str, host: str, allowed: str, pattern: str | None) -> bool:
    """Whether pages of `origin` may ask.

    Parameters
    ----------
    origin : str
        As the browser says it.
    host : str
        Jupyter's own, as the browser knows it.
    allowed : str
        Jupyter's ``allow_origin``: one origin, ``*`` or nothing.
    pattern : str or None
        Jupyter's ``allow_origin_pat``.
    """
    parts = urlsplit(origin.lower())
    # "null" is what all say that hide where they are from, also a page that we have confined.
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    if allowed == "*" or parts.netloc == host.lower():
        return True
    if allowed:
        return allowed == origin
    return bool(pattern and re.match(pattern, origin))
