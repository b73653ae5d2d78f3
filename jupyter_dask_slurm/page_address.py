"""By which address this user's browser reaches Jupyter: for links that are followed from elsewhere.

A path is enough in a page of that very server. An editor that has a kernel of it, an exported notebook and a
script need the whole address. It is known where a browser has told it (the Jupyter server notes it then), or
JupyterHub does; else it is the one that the server has for itself.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .protocol.errors import StorageUnavailable
from .system.beside_loop import in_thread
from .system.files import make_private_directory, read_foreign, read_json, write_json
from .system.json_text import parse_json

log = logging.getLogger(__name__)

_FILE = "page.json"


class PageNote:
    """What a Jupyter server leaves for kernels and scripts: the address by which a browser came last.

    Parameters
    ----------
    shared : Path
        Where the clusters stand.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._noted: Any = None

    async def note(self, url: str | None, base_url: str) -> None:
        """Keep an address, None where a browser came and its address could not be told."""
        page = {"host": socket.gethostname(), "pid": os.getpid(), "base_url": base_url, "url": url}
        if page == self._noted:
            return
        try:
            await in_thread(self._write, page)
        except StorageUnavailable as error:
            log.warning("%s", error.message)
        else:
            self._noted = page

    def _write(self, page: Mapping[str, Any]) -> None:
        make_private_directory(self._shared)
        write_json(self._shared / _FILE, page)


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
    page = _noted(shared)
    from_hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if from_hub:
        return page["url"] if page["url"] and page["base_url"] == from_hub else from_hub
    parent = os.environ.get("JPY_PARENT_PID") or str(os.getppid())
    server = _server(parent)
    if server is None:
        # No server has started this process. The one that a browser was at last shows all clusters.
        return page["url"] or "/"
    if (page["host"], str(page["pid"])) == (socket.gethostname(), parent):
        return page["url"] or str(server["base_url"])
    url = str(server.get("url"))
    return url if _is_web(url) else str(server["base_url"])


def _noted(shared: Path) -> dict[str, Any]:
    """Return what a Jupyter server has noted; each value None where none has, or it cannot be read."""
    nothing = dict.fromkeys(("host", "pid", "base_url", "url"))
    try:
        page = read_json(shared / _FILE)
    except (FileNotFoundError, StorageUnavailable):
        return nothing
    if not isinstance(page, dict):
        return nothing
    url = page.get("url")
    return {**nothing, **page, "url": url if isinstance(url, str) and _is_web(url) else None}


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
