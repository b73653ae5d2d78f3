"""The example notebooks at full size: wall time of each on four jobs, and a picture of the dashboard.

Each notebook runs as it is, in a kernel, on a cluster that was created through REST. Pictures go to the
folder named on the command line, by default ``.cache/pictures``.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from playwright.sync_api import sync_playwright

from benchmarks.create import API, create, stop
from benchmarks.environments import ROOT, Jupyter, jupyter
from benchmarks.panel import ARGUMENTS, CHROMIUM

JOBS = 4
OPTIONS = {"cores": 4, "processes": 2, "memory": "4 GB", "walltime": "01:00:00"}


def start_cluster(server: Jupyter) -> dict[str, Any]:
    """Create a cluster of four jobs and wait until all its workers are connected."""
    cluster = create(server, jobs=JOBS, **OPTIONS)[2]
    while cluster["workers"]["connected"] < JOBS * OPTIONS["processes"]:  # type: ignore[operator]
        time.sleep(0.1)
        cluster = server.request("GET", f"{API}/{cluster['id']}")[1]
    return cluster


def run_s(notebook: Path, folder: Path) -> float:
    """Run a notebook in `folder`; return the seconds from its first cell to its last."""
    document = nbformat.read(notebook, as_version=4)
    client = NotebookClient(document, timeout=1800, resources={"metadata": {"path": str(folder)}})
    start = time.perf_counter()
    client.execute()
    return time.perf_counter() - start


@contextmanager
def pictured(server: Jupyter, cluster: dict[str, Any], target: Path, after_s: float) -> Iterator[None]:
    """Take a picture of the cluster's status page `after_s` seconds into what happens meanwhile."""

    def take() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1400, "height": 800})
            page.goto(f"{server.url}lab?token={server.token}")
            page.goto(f"{server.url}{cluster['dashboard_path']}status")
            page.wait_for_timeout(after_s * 1000)
            page.screenshot(path=target)
            browser.close()

    picture = threading.Thread(target=take)
    picture.start()
    yield
    picture.join()


def measure(pictures: Path) -> dict[str, Any]:
    """Return the wall time of each notebook in seconds."""
    pictures.mkdir(parents=True, exist_ok=True)
    result: dict[str, Any] = {"jobs": JOBS, "options": OPTIONS}
    with jupyter(sys.executable) as server:
        # Kernels look for clusters where this Jupyter keeps them.
        os.environ["JUPYTER_DATA_DIR"] = str(server.home / "jupyter_data_dir")
        cluster = start_cluster(server)
        for notebook in sorted((ROOT / "examples").glob("*.ipynb")):
            folder = server.home / notebook.stem
            folder.mkdir()
            with pictured(server, cluster, pictures / f"{notebook.stem}.png", after_s=8):
                result[f"{notebook.stem}_s"] = round(run_s(notebook, folder), 1)
            shutil.rmtree(folder)
        stop(server, cluster)
    return result


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".cache/pictures"
    print(json.dumps(measure(target), indent=2))
