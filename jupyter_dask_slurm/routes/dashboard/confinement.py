"""What shows pages of a dashboard: the frame that holds them, and the window that holds such a frame.

Pages come from a scheduler, where anybody's code may run, and Jupyter's origin is no place for their scripts.
Both documents here are ours, the same for every cluster, and hold nothing that is secret.
"""

from __future__ import annotations

import html
from pathlib import Path

from jupyter_core.paths import jupyter_path
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httputil import HTTPHeaders

from ..base import DaskSlurmHandler

FRAME = r"/dask-slurm/frame"
SCRIPT = r"/dask-slurm/window.js"

_EVERYWHERE = "base-uri 'none'; form-action 'none'; worker-src 'none'; frame-ancestors 'self'"

# The page within inherits all of it, so it allows what the page's scripts need to draw, and no network at
# all. That frames have no address to go to holds for the page within, whoever sends it there.
FRAME_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; frame-src 'none'; object-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' data:; style-src 'unsafe-inline' data:; "
    f"img-src data: blob:; font-src data:; {_EVERYWHERE}"
)
WINDOW_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; "
    f"{_EVERYWHERE}"
)

# It has no part in Jupyter's origin either. It takes a page from who embeds it, and passes on what that page
# greets with: the end of a channel.
_FRAME = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Dask dashboard</title>
<style>html, body, iframe { width: 100%; height: 100%; margin: 0; border: none; display: block; }</style>
</head>
<body>
<script>
(() => {
  const { port1, port2 } = new MessageChannel();
  let page = null;
  port1.onmessage = ({ data }) => {
    page = document.createElement('iframe');
    page.title = 'Dask dashboard';
    page.setAttribute('sandbox', 'allow-scripts allow-downloads');
    page.referrerPolicy = 'no-referrer';
    page.srcdoc = data;
    document.body.replaceChildren(page);
  };
  window.addEventListener('message', ({ source, data, ports }) => {
    if (page !== null && source === page.contentWindow && ports.length === 1) {
      port1.postMessage(data, [ports[0]]);
    }
  });
  window.parent.postMessage('dask-slurm-frame', '*', [port2]);
})();
</script>
</body>
</html>
"""

_WINDOW = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Dask dashboard</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>The Dask dashboard needs JavaScript.</noscript>
<script src="{script}"></script>
</body>
</html>
"""


class FrameHandler(DaskSlurmHandler):
    """The document around a page of a dashboard, the same for all."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send it, with the policy that the page will be held to."""
        self._headers = _headers(FRAME_POLICY)
        # No connection to anywhere, of whatever kind; browsers that do not know it go by the policy alone.
        self.set_header("Connection-Allowlist", "()")
        self.set_header("X-DNS-Prefetch-Control", "off")
        # So that it can stand in a Jupyter that is isolated from other origins.
        self.set_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.finish(_FRAME, set_content_type="text/html; charset=utf-8")


class WindowScriptHandler(DaskSlurmHandler):
    """The script of a window that shows a page of a dashboard."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Send it; browsers ask each time whether it is still the same."""
        if "Service-Worker" in self.request.headers:
            raise web.HTTPError(403)
        script = _script()
        if script is None:
            raise web.HTTPError(404, "This installation has no frontend; install jupyter-dask-slurm anew.")
        self._headers = _headers("default-src 'none'")
        self.set_header("Cache-Control", "no-cache")
        self.finish(script, set_content_type="text/javascript; charset=utf-8")


def is_page(path: str) -> bool:
    """Whether Dask has a page at a path, rather than a file: those have an ending."""
    name = path.rpartition("/")[2]
    return "." not in name or name.endswith(".html")


def window_page(handler: JupyterHandler) -> None:
    """Answer with the window that shows the page which was asked for."""
    handler._headers = _headers(WINDOW_POLICY)  # noqa: SLF001  # Jupyter's are for pages of its own
    script = url_path_join(handler.base_url, SCRIPT)
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.finish(_WINDOW.format(script=html.escape(script)))


def _headers(policy: str) -> HTTPHeaders:
    return HTTPHeaders(
        {
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy,
            # A window opened from JupyterLab gets no hold of JupyterLab's.
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )


def _script() -> str | None:
    found = _script_path()
    return found.read_text(encoding="utf-8") if found is not None else None


def _script_path() -> Path | None:
    """Return where the built frontend is: beside this package while developing, else installed."""
    beside = Path(__file__).parents[2] / "labextension"
    installed = (Path(folder) / "jupyter-dask-slurm" for folder in jupyter_path("labextensions"))
    places = (folder / "static" / "window.js" for folder in (beside, *installed))
    return next((place for place in places if place.is_file()), None)


handlers = [(FRAME, FrameHandler), (SCRIPT, WindowScriptHandler)]
