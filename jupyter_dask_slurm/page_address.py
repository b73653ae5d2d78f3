"""By which address this user's browser reaches Jupyter: for links that are followed from elsewhere.

A path is enough in a page of that very server. An editor that has a kernel of it, an exported notebook and a
script need the whole address. It is known where a browser has told it (the Jupyter server notes it then), or
JupyterHub does; else it is the one that the server has for itself.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .protocol.errors import StorageUnavailable
from .system.beside_loop import in_thread
from .system.files import make_private_directory, read_foreign, read_json, write_json
from .system.json_text import parse_json

log = logging.getLogger(__name__)

_FILE = "page.json"
_OTHERS = 8
"""So many other servers are remembered."""


class PageNote:
    """What a Jupyter server leaves for kernels and scripts: the address by which a browser came last.

    The servers of a user share one file: that of the last one first, for scripts, and some others, for
    their kernels.

    Parameters
    ----------
    shared : Path
        Where the clusters stand.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared

    async def note(self, url: str | None, base_url: str) -> None:
        """Keep an address, None where a browser came and its address could not be told."""
        page = {"host": socket.gethostname(), "pid": os.getpid(), "base_url": base_url, "url": url}
        try:
            await in_thread(self._write, page)
        except StorageUnavailable as error:
            log.warning("%s", error.message)

    def _write(self, page: dict[str, Any]) -> None:
        # Another server may have written since: what this one wrote last says nothing.
        noted = _noted(self._shared)
        own = next((other for other in noted if _is_same_server(other, page)), None)
        if page["url"] is None and own is not None and own["base_url"] == page["base_url"]:
            page = own  # what another browser told of this server is still right
        if noted and noted[0] == page:
            return
        others = [other for other in noted if not _is_same_server(other, page)][:_OTHERS]
        make_private_directory(self._shared)
        write_json(self._shared / _FILE, {**page, "others": others})


def own_address(shared: Path) -> str:
    """Return where the Jupyter server of this process is: its whole address, a path where that is not known.

    Parameters
    ----------
    shared : Path
        Where the clusters stand.
    """
    public = os.environ.get("JUPYTERHUB_PUBLIC_URL")
    if public and _is_web(public):
        return public
    pages = _noted(shared)
    from_hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if from_hub:
        return _first_url(page for page in pages if page["base_url"] == from_hub) or from_hub
    parent = os.environ.get("JPY_PARENT_PID") or str(os.getppid())
    server = _server(parent)
    if server is None:
        # No server has started this process. The one that a browser was at last shows all clusters.
        return _first_url(pages) or "/"
    for page in pages:
        if (page["host"], str(page["pid"])) == (socket.gethostname(), parent):
            return page["url"] or str(server["base_url"])
    url = str(server.get("url"))
    return url if _is_web(url) else str(server["base_url"])


def _noted(shared: Path) -> list[dict[str, Any]]:
    """Return what Jupyter servers have noted, the last one first; nothing where that cannot be read."""
    try:
        last = read_json(shared / _FILE)
    except (FileNotFoundError, StorageUnavailable):
        return []
    others = last.get("others") if isinstance(last, dict) else None
    pages = [last, *(others if isinstance(others, list) else [])]
    return [_page(page) for page in pages if isinstance(page, dict)]


def _page(noted: Mapping[str, Any]) -> dict[str, Any]:
    page = {key: noted.get(key) for key in ("host", "pid", "base_url", "url")}
    return {**page, "url": page["url"] if isinstance(page["url"], str) and _is_web(page["url"]) else None}


def _is_same_server(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["host"], one["pid"]) == (other["host"], other["pid"])


def _first_url(pages: Iterable[Mapping[str, Any]]) -> str | None:
    return next((page["url"] for page in pages if page["url"]), None)


def _server(pid: str) -> dict[str, Any] | None:
    """Return what the Jupyter server of this process id says of itself below Jupyter's runtime directory."""
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        info = parse_json(read_foreign(Path(jupyter_runtime_dir()) / f"jpserver-{pid}.json"))
    except (FileNotFoundError, StorageUnavailable, ValueError):
        return None
    return info if isinstance(info, dict) and isinstance(info.get("base_url"), str) else None


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))
