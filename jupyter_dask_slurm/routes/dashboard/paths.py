"""Which addresses lead to pages of a dashboard, and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from tornado import web

PREFIX = "/dashboard"
"""Where the controller serves the dashboard on its socket."""

# Dask quotes names of tasks and addresses of workers once or twice.
_ENCODINGS = 6
_FORBIDDEN = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SAFE = "/:@!$&'()*+,;=-._~"
_JUPYTERS = {"token", "_xsrf"}


def check_path(path: str) -> None:
    """Refuse a path that could lead out of the dashboard, however it is written.

    Raises
    ------
    tornado.web.HTTPError
        400.
    """
    _decodings(path)


def page_path(path: str) -> str:
    """Return a decoded path below the dashboard as it is asked for: it begins with a slash and is quoted."""
    return "/" + quote(path.lstrip("/"), safe=_SAFE)


def without_secrets(query: str) -> str:
    """Return a query string without what is Jupyter's own, however its name is quoted."""
    parts = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    return urlencode([(name, value) for name, value in parts if name.lower() not in _JUPYTERS],
                     errors="surrogateescape")  # fmt: skip


def redirect_target(location: str, page: str) -> str:
    """Return where a redirect leads, as a quoted path below the dashboard, maybe with a query.

    Parameters
    ----------
    location : str
        What the dashboard said.
    page : str
        The path that was asked for, quoted, below the dashboard.

    Raises
    ------
    tornado.web.HTTPError
        502, where it does not lead to a page of this dashboard, or could be understood so.
    """
    try:
        return _target(location, page)
    except (web.HTTPError, ValueError):
        raise web.HTTPError(502, "The dashboard sent a redirect that leads out of it.") from None


def _target(location: str, page: str) -> str:
    decoded = _decodings(location)
    if not location.isascii() or location != location.strip() or not location:
        raise ValueError(location)
    # What one program reads as a path, another one may read as a host.
    if any(text.startswith("//") or _SCHEME.match(text) for text in (location, *decoded)):
        raise ValueError(location)
    parts = urlsplit(location)
    path = parts.path
    if path.startswith("/"):
        path = path.removeprefix(PREFIX) if path.startswith(PREFIX + "/") else path
    else:
        path = urljoin(page, path) if path else page
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(location)
    query = without_secrets(parts.query)
    return quote(path, safe=_SAFE + "%") + (f"?{query}" if query else "")


def _decodings(text: str) -> list[str]:
    """Return all that a text can be decoded to, each of which is harmless.

    The number of decodings is limited, for each costs time and no page needs many.
    """
    found: list[str] = []
    for _ in range(_ENCODINGS):
        if _FORBIDDEN.search(text) or ".." in re.split("[/?#]", text):
            break
        decoded = unquote(text)
        if decoded == text:
            return found
        found.append(decoded)
        text = decoded
    raise web.HTTPError(400, "The path is not allowed.")
