"""The peers' environment, and Jupyter servers to measure in."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
INCUMBENT_PYTHON = os.environ.get("INCUMBENT_PYTHON", str(ROOT / ".cache/incumbent/bin/python"))


@dataclass
class Jupyter:
    """A running Jupyter server of one environment."""

    url: str
    token: str
    pid: int
    home: Path

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any, float]:
        """Send a request; return status, decoded answer and the seconds that it took."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", f"token {self.token}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        start = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                raw, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            raw, status = error.read(), error.code
        elapsed = time.perf_counter() - start
        with contextlib.suppress(ValueError):
            return status, json.loads(raw), elapsed
        return status, raw, elapsed


@contextlib.contextmanager
def jupyter(python: str, *args: str, app: str = "jupyterlab", **env: str) -> Iterator[Jupyter]:
    """Run `app` with `python` on a free port of loopback, in a home of its own; end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="jds-bench-") as home:
        own = {
            name: f"{home}/{name.lower()}"
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        command = [python, "-m", app, "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
        command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home}", *args]
        with Path(home, "jupyter.log").open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, "HOME": home, **own, **env}
            )
        server = Jupyter(f"http://127.0.0.1:{port}/", token, process.pid, Path(home))
        try:
            _wait_until_up(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_up(server: Jupyter, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if server.request("GET", "api/status")[0] == 200:
                return
        time.sleep(0.1)  # a starting server sends no event that we could await
    raise RuntimeError((server.home / "jupyter.log").read_text())
