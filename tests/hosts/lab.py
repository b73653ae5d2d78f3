"""JupyterLab on a host, and who logs in there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.hosts.network import Host
from tests.slurm.client import wait_until

PROJECT = Path(__file__).parents[2]
TOKEN = "secret"
_CONFIGURATION = PROJECT / "ui-tests" / "jupyter_server_test_config.py"


@contextmanager
def lab(host: Host, folder: Path, port: int, base_url: str, *words: str) -> Iterator[None]:
    """Run JupyterLab at a loopback port of a host, protected as Jupyter is unless told otherwise.

    The words are more of its command line.
    """
    with (folder / "jupyter.log").open("wb") as output:
        process = subprocess.Popen(
            [*host.wrapper, sys.executable, "-m", "jupyter", "lab", f"--config={_CONFIGURATION}",
             f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={base_url}",
             f"--IdentityProvider.token={TOKEN}", "--ServerApp.disable_check_xsrf=False",
             "--ServerApp.trust_xheaders=True", *words],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )  # fmt: skip
    try:

        def answers() -> bool:
            try:
                with host.inside():
                    return requests.get(f"http://127.0.0.1:{port}{base_url}api", timeout=30).ok
            except requests.ConnectionError:
                return False

        wait_until(answers, "JupyterLab answers", timeout=90)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def log_in(client: Host, url: str, cookies: Path) -> None:
    """Log in as a browser on a host does, and keep the cookies in a file that Playwright reads."""
    with client.inside():
        # The certificate is one of the test's own; that of a site is its administrator's affair.
        response = requests.get(f"{url}/lab?token={TOKEN}", timeout=60, verify=False)
    response.raise_for_status()
    kept = [
        {"name": cookie.name, "value": cookie.value, "domain": "127.0.0.1", "path": cookie.path,
         "expires": -1, "httpOnly": False, "secure": cookie.secure, "sameSite": "Lax"}
        for cookie in response.cookies
    ]  # fmt: skip
    cookies.write_text(json.dumps({"cookies": kept, "origins": []}))
