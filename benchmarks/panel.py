"""What the panel asks of Jupyter while nobody does anything, and what it loads at start; in Chromium.

Requests are those whose URL belongs to the extension (ours: ``dask-slurm``, the incumbent's: ``dask/``
and its dashboard check), counted over a minute with no cluster and with one.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.create import INCUMBENT_FACTORY, create, stop
from benchmarks.environments import INCUMBENT_PYTHON, Jupyter, jupyter

CHROMIUM = "/usr/bin/chromium-headless-shell"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OURS = {"requests": "/dask-slurm/", "files": "/extensions/jupyter-dask-slurm/", "panel": "Dask on Slurm"}
INCUMBENT = {"requests": "/dask/", "files": "/extensions/dask-labextension/", "panel": "Dask"}
IDLE_S = 60


@contextmanager
def lab(
    browser: Browser, server: Jupyter, names: dict[str, str]
) -> Iterator[tuple[Page, list[str], list[int]]]:
    """Open JupyterLab; yield the page, the extension's requests so far, and its files' gzipped sizes."""
    requests: list[str] = []
    sizes: list[int] = []
    page = browser.new_page()

    def note(response: Response) -> None:
        if names["files"] in response.url and response.url.split("?")[0].endswith(".js"):
            sizes.append(len(gzip.compress(response.body())))

    page.on(
        "request", lambda request: requests.append(request.url) if names["requests"] in request.url else None
    )
    page.on("response", note)
    page.goto(f"{server.url}lab?token={server.token}&reset")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_load_state("networkidle")
    yield page, requests, sizes
    page.close()


def idle_requests(page: Page, requests: list[str]) -> int:
    """Return how many requests the extension makes in a minute in which nobody does anything."""
    requests.clear()
    page.wait_for_timeout(IDLE_S * 1000)  # the time that passes is what is measured
    return len(requests)


def observe(browser: Browser, server: Jupyter, names: dict[str, str], incumbent: bool) -> dict[str, Any]:
    """Return the figures of one extension."""
    with lab(browser, server, names) as (page, requests, sizes):
        kilobytes = round(sum(sizes) / 1e3, 1)
        tab = page.get_by_role("tab", name=names["panel"], exact=False).first
        if tab.get_attribute("aria-selected") != "true":
            tab.click()
        page.wait_for_timeout(3000)
        none = idle_requests(page, requests)
        if incumbent:
            model = server.request("PUT", "dask/clusters/")[1]
            page.wait_for_timeout(3000)
            one = idle_requests(page, requests)
            server.request("DELETE", f"dask/clusters/{model['id']}")
        else:
            cluster = create(server, jobs=1)[2]
            page.get_by_text("1 working").first.wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            one = idle_requests(page, requests)
            stop(server, cluster)
    return {
        "js_at_start_kb_gzipped": kilobytes,
        "idle_requests_no_cluster": none,
        "idle_requests_one_cluster": one,
    }


def measure() -> dict[str, Any]:
    """Return the figures of both extensions, from one run."""
    with (
        sync_playwright() as playwright,
        jupyter(sys.executable) as ours,
        jupyter(INCUMBENT_PYTHON, **INCUMBENT_FACTORY) as theirs,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        return {
            "ours": observe(browser, ours, OURS, incumbent=False),
            "incumbent": observe(browser, theirs, INCUMBENT, incumbent=True),
        }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
