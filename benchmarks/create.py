"""From a click to a scheduler: how long POST and the scheduler take, and what an idle controller costs.

Beside it dask-labextension's PUT (which makes the cluster inside the Jupyter server) and a bare
``SLURMCluster`` in a new Python. Needs a Slurm: run it through ``scripts/bench``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from statistics import median
from typing import Any

import psutil

from benchmarks.environments import INCUMBENT_PYTHON, Jupyter, jupyter

BARE = "from dask_jobqueue import SLURMCluster; SLURMCluster(cores=1, memory='1GB', security=True)"
API = "dask-slurm/api/clusters"
INCUMBENT_FACTORY = {
    "DASK_LABEXTENSION__FACTORY__MODULE": "dask_jobqueue",
    "DASK_LABEXTENSION__FACTORY__CLASS": "SLURMCluster",
    "DASK_LABEXTENSION__FACTORY__KWARGS": '{"cores": 1, "memory": "1GB"}',
}


def bare_cluster_s() -> float:
    """Return the wall time of a Python that makes a ``SLURMCluster`` and ends."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", BARE], check=True, capture_output=True)
    return time.perf_counter() - start


def create(server: Jupyter, jobs: int = 0, **options: Any) -> tuple[float, float, dict[str, Any]]:
    """Create a cluster; return the seconds of POST, those until the scheduler is up, and the cluster."""
    options = {"cores": 1, "memory": "1 GB", **options}
    body = {"backend": "slurm", "options": options, "scaling": {"mode": "manual", "jobs": jobs}}
    start = time.perf_counter()
    status, cluster, post_s = server.request("POST", API, body)
    if status != 201:
        raise RuntimeError(f"POST answered {status}: {cluster}")
    while cluster["status"] != "running":
        if cluster["status"] == "failed":
            raise RuntimeError(cluster["error"])
        time.sleep(0.005)
        cluster = server.request("GET", f"{API}/{cluster['id']}")[1]
    return post_s, time.perf_counter() - start, cluster


def stop(server: Jupyter, cluster: dict[str, Any]) -> None:
    """Stop the cluster and wait until it has left the list."""
    server.request("DELETE", f"{API}/{cluster['id']}")
    while server.request("GET", f"{API}/{cluster['id']}")[0] != 404:
        time.sleep(0.05)


def idle_controller(server: Jupyter, seconds: float = 60) -> dict[str, float]:
    """Return memory (MB) and CPU (% of a core) of a settled controller that nobody looks at."""
    cluster = create(server, jobs=1)[2]
    while cluster["workers"]["connected"] < 1:
        time.sleep(0.1)
        cluster = server.request("GET", f"{API}/{cluster['id']}")[1]
    process = psutil.Process(cluster["controller"]["pid"])
    time.sleep(10)  # let the start settle: what is measured is the idle state
    process.cpu_percent()
    time.sleep(seconds)
    cost = {"cpu_percent": process.cpu_percent(), "rss_mb": round(process.memory_info().rss / 1e6, 1)}
    stop(server, cluster)
    return cost


def measure(repeats: int = 7) -> dict[str, Any]:
    """Return medians in milliseconds, and the cost of an idle controller."""
    posts, ups, bares, puts = [], [], [], []
    with jupyter(sys.executable) as ours, jupyter(INCUMBENT_PYTHON, **INCUMBENT_FACTORY) as theirs:
        ours.request("GET", "dask-slurm/api/site")  # what the form asks for when it opens
        stop(ours, create(ours)[2])
        for _ in range(repeats):
            bares.append(bare_cluster_s())
            post_s, up_s, cluster = create(ours)
            posts.append(post_s)
            ups.append(up_s)
            stop(ours, cluster)
            _, model, put_s = theirs.request("PUT", "dask/clusters/")
            puts.append(put_s)
            theirs.request("DELETE", f"dask/clusters/{model['id']}")
        idle = idle_controller(ours)
    return {
        "post_ms": round(median(posts) * 1e3, 1),
        "scheduler_up_ms": round(median(ups) * 1e3),
        "bare_slurmcluster_ms": round(median(bares) * 1e3),
        "scheduler_up_over_bare": round(median(ups) / median(bares), 2),
        "incumbent_put_ms": round(median(puts) * 1e3, 1),
        "idle_controller": idle,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
