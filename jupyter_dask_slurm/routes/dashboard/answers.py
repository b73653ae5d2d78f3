"""What of a dashboard's answers reaches the browser: a status, a body, and one of the types that Dask has."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from tornado import web
from tornado.httputil import HTTPHeaders

if TYPE_CHECKING:
    from tornado.httpclient import HTTPResponse

# Bokeh's scripts carry a hash of their content in the query; the rest of static/ changes with Dask's version.
STATIC_AGE_S = 86_400

STATUSES = {200, 204, 400, 403, 404, 405, 410, 500, 503}
REDIRECTS = {301, 302, 303, 307, 308}

_TEXTS = {"text/html", "text/plain", "text/css", "text/javascript", "application/json"}
_BYTES = {
    "application/octet-stream",  # source maps, whose type Python does not know
    "font/woff",
    "font/woff2",
    "image/png",
    "image/svg+xml",
    "image/vnd.microsoft.icon",
}
_SAME = {
    "application/javascript": "text/javascript",
    "application/x-javascript": "text/javascript",
    "image/x-icon": "image/vnd.microsoft.icon",
}

# A browser that shows such an answer by itself gives it no origin of ours, no scripts and no network.
POLICY = (
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
)


def shown_headers(answer: HTTPResponse, path: str) -> HTTPHeaders:
    """Return the headers for the browser: all are ours, but for the type, which is one of Dask's.

    Raises
    ------
    tornado.web.HTTPError
        502, for an answer that no page of Dask gives.
    """
    if answer.code not in STATUSES:
        raise web.HTTPError(502, f"The dashboard answered with {_named(answer.code)}, which Dask never does.")
    static = answer.code == HTTPStatus.OK and path.startswith("/static/")
    headers = HTTPHeaders(
        {
            "Cache-Control": f"private, max-age={STATIC_AGE_S}" if static else "no-store",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )
    if answer.body:
        headers["Content-Type"] = _type(answer.headers.get("Content-Type", "application/octet-stream"))
    return headers


def _type(said: str) -> str:
    kind = said.partition(";")[0].strip().lower()
    kind = _SAME.get(kind, kind)
    if kind in _TEXTS:
        return f"{kind}; charset=utf-8"
    if kind in _BYTES:
        return kind
    raise web.HTTPError(
        502, "The dashboard answered with a kind of file that Dask's dashboard does not have."
    )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
