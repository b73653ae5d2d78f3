"""A Jupyter server in a process of its own: one that can be killed, or that stands on another host."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests

from tests.slurm.client import wait_until

_PROJECT = Path(__file__).parents[2]
# Without those of other packages a server starts in half the time: these tests speak to ours alone.
_OTHERS = ("jupyter_lsp", "jupyter_server_terminals", "jupyterlab", "notebook", "notebook_shim")
_EXTENSIONS = {"jupyter_dask_slurm": True, "tests.jupyter.inside": True, **dict.fromkeys(_OTHERS, False)}


class Jupyter:
    """A running Jupyter server with the extension.

    Parameters
    ----------
    folder : Path
        Where it runs and writes its log.
    wrapper : sequence of str
        Words that come before its command line; they become the server by exec.
    python : str
        That in which it runs.
    port : int
        One that is free; 0 has it find one, which old ones do not tell.
    """

    def __init__(
        self, folder: Path, wrapper: Sequence[str] = (), python: str = sys.executable, port: int = 0
    ) -> None:
        self._log = (folder / "jupyter.log").open("ab")
        self.process = subprocess.Popen(
            [
                *wrapper, python, "-m", "jupyter_server", "--allow-root", f"--port={port}", "--no-browser",
                "--IdentityProvider.token=secret", f"--ServerApp.jpserver_extensions={_EXTENSIONS}",
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )  # fmt: skip
        try:
            self._url = self._address()
            wait_until(self._answers, "Jupyter answers", timeout=90)
        except TimeoutError:
            self.end(signal.SIGKILL)
            raise

    @property
    def address(self) -> str:
        """Where the REST contract is, without a slash at its end."""
        return f"{self._url}dask-slurm/api"

    def _address(self) -> str:
        info = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{self.process.pid}.json"
        wait_until(
            lambda: info.exists() and info.stat().st_size > 0, "Jupyter has written where it is", timeout=90
        )
        return str(json.loads(info.read_text())["url"])

    def _answers(self) -> bool:
        try:
            return self.call("GET", "openapi.yaml").ok
        except requests.ConnectionError:
            return False

    def call(
        self, method: str, path: str, body: Any = None, *, below: str = "dask-slurm/api/"
    ) -> requests.Response:
        """Call the REST contract, or something else `below` Jupyter's base URL."""
        return requests.request(
            method, self._url + below + path, json=body, headers={"Authorization": "token secret"}, timeout=60
        )

    def clusters(self) -> list[dict[str, Any]]:
        """Return the list."""
        return self.call("GET", "clusters").json()  # type: ignore[no-any-return]

    def modules(self) -> set[str]:
        """Return the names of all modules that the server has loaded."""
        return set(self.call("GET", "modules", below="inside/").json())

    def until(
        self, cluster_id: str, condition: Callable[[dict[str, Any]], bool], timeout: float = 90
    ) -> dict[str, Any]:
        """Return the cluster as soon as `condition` holds for it."""
        found: list[dict[str, Any]] = []

        def holds() -> bool:
            found[:] = [cluster for cluster in self.clusters() if cluster["id"] == cluster_id]
            return bool(found) and condition(found[0])

        wait_until(holds, f"{cluster_id} as wanted", timeout=timeout)
        return found[0]

    def until_gone(self, cluster_id: str, timeout: float = 90) -> None:
        """Wait until the cluster has left the list."""
        wait_until(
            lambda: cluster_id not in {cluster["id"] for cluster in self.clusters()},
            f"{cluster_id} is gone",
            timeout=timeout,
        )

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        self.process.wait(60)
        self._log.close()
