"""Which address a browser has for this server, by what it sends: what stands in between may have another."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_BETWEEN = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip")


def is_from_page(request: HTTPServerRequest) -> bool:
    """Return whether a page of a browser has sent a request."""
    return "Referer" in request.headers or "Sec-Fetch-Site" in request.headers


def address_of(request: HTTPServerRequest, base_url: str) -> str | None:
    """Return the whole address of this server, with `base_url` at its end; None where it cannot be told.

    A page says where it is (``Referer``). It is believed where the browser says that this is where the
    request went too (``Sec-Fetch-Site``, which no page can set), or where the request was for the same host.
    What no page sends has gone to this host directly, unless something in between has left its mark.
    """
    headers = request.headers
    host = headers.get("Host", "")
    page = headers.get("Referer")
    if page is None:
        if is_from_page(request) or any(name in headers for name in _BETWEEN) or not _HOST.fullmatch(host):
            return None
        return f"{request.protocol}://{host}{base_url}"
    try:
        parts = urlsplit(page)
    except ValueError:
        return None
    same = headers.get("Sec-Fetch-Site", "same-origin" if parts.netloc.lower() == host.lower() else "")
    is_ours = parts.scheme in ("http", "https") and parts.path.startswith(base_url)
    if same != "same-origin" or not is_ours or not _HOST.fullmatch(parts.netloc):
        return None
    return f"{parts.scheme}://{parts.netloc}{base_url}"
