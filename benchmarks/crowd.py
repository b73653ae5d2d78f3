"""Many clusters, jobs and browsers at once: what Jupyter answers meanwhile, and what it costs.

Fifty clusters with a thousand jobs, almost all of them queued, and twenty tabs of JupyterLab with the panel,
while clusters are renamed once a second: a change that every tab must show. In life tabs and jobs run on
other machines; here they have the lowest priority and one processor. There is no peer to measure: the others
keep no clusters beyond one Jupyter server, and show no jobs. Beside our answers stands Jupyter's own to its
smallest question.
On a virtual machine the host may give the processors to others for a while, whatever runs here: the rounds in
which it did not are counted by themselves too.
Takes ten minutes beside starting and stopping them all; ``python -m benchmarks.crowd 2`` takes two.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.create import API, create
from benchmarks.drawing import open_panel
from benchmarks.environments import Jupyter, jupyter
from benchmarks.panel import ARGUMENTS, CHROMIUM
from benchmarks.submit import counted

WORKING, WAITING = 4, 46
"""Clusters whose jobs run, and clusters whose jobs are held in the queue."""
JOBS_WORKING, JOBS_WAITING = 2, 22
"""Jobs of each of these clusters: more than a thousand together."""
TABS = 20
ROUND_S = 1.0
"""Seconds between two changes; in each round four requests are timed."""
UNDISTURBED = 0.01
"""Of a round in which the host took no more than this share of the processors' time."""

Cluster = dict[str, Any]


def start_clusters(server: Jupyter) -> list[Cluster]:
    """Start all clusters, and wait until all jobs that can run have connected."""
    small = {"memory": "200 MB", "processes": 1, "idle_timeout": 0}
    working = [create(server, JOBS_WORKING, **small)[2] for _ in range(WORKING)]
    held = {**small, "job_extra_directives": ["--hold"]}
    waiting = [create(server, JOBS_WAITING, **held)[2] for _ in range(WAITING)]
    for cluster in working:
        _until(server, cluster, "working", JOBS_WORKING)
    for cluster in waiting:
        _until(server, cluster, "queued", JOBS_WAITING)
    return working + waiting


def _until(server: Jupyter, cluster: Cluster, phase: str, jobs: int) -> None:
    while server.request("GET", f"{API}/{cluster['id']}")[1]["jobs"][phase] < jobs:
        time.sleep(0.2)


def stop_all(server: Jupyter, clusters: list[Cluster]) -> None:
    """Stop them together and wait until the list is empty."""
    for cluster in clusters:
        server.request("DELETE", f"{API}/{cluster['id']}")
    while server.request("GET", API)[1]:
        time.sleep(0.5)


def memory_mb(server: Jupyter, clusters: list[Cluster]) -> dict[str, float]:
    """Return the resident memory of Jupyter, and of the largest controller."""
    controllers = [psutil.Process(cluster["controller"]["pid"]) for cluster in clusters]
    return {
        "jupyter": round(psutil.Process(server.pid).memory_info().rss / 1e6, 1),
        "largest_controller": round(max(one.memory_info().rss for one in controllers) / 1e6, 1),
    }


def elsewhere() -> Iterator[psutil.Process]:
    """Yield what runs on other machines in life: Playwright with its browser, and Slurm's jobs."""
    for process in psutil.Process().children(recursive=True):
        if process.name().startswith(("node", "chrom", "headless_shell")):
            yield process
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "slurmstepd":
            yield from process.children(recursive=True)


def yield_to_the_login_node() -> None:
    """Give what runs elsewhere in life the lowest priority, and one of the processors only."""
    one = {max(os.sched_getaffinity(0))}
    for process in elsewhere():
        for thread in process.threads():  # those to come take it over from these
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, thread.id, 19)
                os.sched_setaffinity(thread.id, one)
        # Linux first weighs sessions against each other, where it groups them (sched(7)).
        group = Path(f"/proc/{process.pid}/autogroup")
        if os.getsid(process.pid) == process.pid and group.exists():
            group.write_text("19")


@dataclass
class Round:
    """The seconds that each kind of answer took, and the share of the processors that the host took away."""

    seconds: dict[str, float]
    stolen: float


def disturb(server: Jupyter, clusters: list[Cluster], seconds: float) -> list[Round]:
    """Change a cluster each second, and ask for what a panel asks for."""
    chance, end = random.Random(0), time.monotonic() + seconds
    rounds: list[Round] = []
    while time.monotonic() < end:
        start, before = time.monotonic(), psutil.cpu_times()
        times = ask(server, chance.choice(clusters), f"crowd-{len(rounds)}")
        time.sleep(max(0.0, start + ROUND_S - time.monotonic()))
        rounds.append(Round(times, stolen(before, psutil.cpu_times())))
    return rounds


def ask(server: Jupyter, cluster: Cluster, name: str) -> dict[str, float]:
    """Rename a cluster and ask for what a panel asks for; return the seconds that each answer took."""
    times = {}
    for kind, method, path, body in (
        ("rename", "PATCH", f"{API}/{cluster['id']}", {"name": name}),
        ("clusters", "GET", API, None),
        ("jobs", "GET", f"{API}/{cluster['id']}/jobs", None),
        ("jupyter_itself", "GET", "api/me", None),
    ):
        status, answer, times[kind] = server.request(method, path, body)
        if status != 200:
            raise RuntimeError(f"{method} {path} answered {status}: {answer}")
    return times


def stolen(before: Any, after: Any) -> float:
    """Return which share of the processors' time between two of `psutil.cpu_times` went to other machines."""
    return float((after.steal - before.steal) / max(sum(after) - sum(before), 1e-9))


def shown(page: Page) -> list[str]:
    """Return the names on the cards of a tab, in order of the alphabet."""
    names: list[str] = page.locator(".jp-DaskSlurmCard-name").all_inner_texts()
    return sorted(names)


def stale_tabs(server: Jupyter, pages: list[Page]) -> int:
    """Return how many tabs do not show what the server lists: an event may be a minute late, not lost."""
    listed = sorted(cluster["name"] for cluster in server.request("GET", API)[1])
    end = time.monotonic() + 60
    while (stale := sum(shown(page) != listed for page in pages)) and time.monotonic() < end:
        pages[0].wait_for_timeout(1000)
    return stale


def summary(rounds: list[Round]) -> dict[str, Any]:
    """Return for each kind of answer the median, the 99th percentile and the largest, in milliseconds."""
    kinds: dict[str, Any] = {"rounds": len(rounds)}
    for kind in rounds[0].seconds if len(rounds) > 1 else ():
        times = [1e3 * one.seconds[kind] for one in rounds]
        values = {"median": median(times), "p99": quantiles(times, n=100)[-1], "max": max(times)}
        kinds[kind] = {name: round(value, 1) for name, value in values.items()}
    return kinds


def measure(minutes: float = 10) -> dict[str, Any]:
    """Return times in milliseconds, memory in MB before and after, and calls of Slurm's commands."""
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        counted(Path(folder)) as calls,
        jupyter(sys.executable) as server,
        ProcessPoolExecutor(1, get_context("spawn")) as pool,  # Playwright's own work shall not be in its way
    ):
        clusters = start_clusters(server)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        pages = [browser.new_page() for _ in range(TABS)]
        for page in pages:
            page.set_default_timeout(300_000)
            open_panel(page, server)
        yield_to_the_login_node()
        before = memory_mb(server, clusters)
        calls.write_text("")
        asked = pool.submit(disturb, server, clusters, 60 * minutes)
        while not asked.done():
            pages[0].wait_for_timeout(500)  # lets Playwright speak to its browser meanwhile
        rounds = asked.result()
        made = Counter(calls.read_text().split())
        stale = stale_tabs(server, pages)
        after = memory_mb(server, clusters)
        browser.close()
        stop_all(server, clusters)
    return {
        "minutes": minutes,
        "clusters": len(clusters),
        "jobs": WORKING * JOBS_WORKING + WAITING * JOBS_WAITING,
        "tabs": TABS,
        "answer_ms": summary(rounds),
        "answer_ms_undisturbed": summary([one for one in rounds if one.stolen <= UNDISTURBED]),
        "stolen": round(mean(one.stolen for one in rounds), 3),
        "load": psutil.getloadavg()[0],
        "memory_mb": {"before": before, "after": after},
        "stale_tabs": stale,
        "slurm_calls": dict(made),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*map(float, sys.argv[1:2])), indent=2))
