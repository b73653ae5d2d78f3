"""A cluster made in a kernel: ours beside dask-jobqueue's, by the same code, on the same Slurm.

Seconds from ``SLURMCluster(…)`` to two workers (median of ten); what is left in the kernel's process (memory,
CPU of an idle minute); and how long the kernel's main thread is kept from running while 100,000 tasks go
through.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

TIMES = 10
PEER, OURS = "dask_jobqueue", "jupyter_dask_slurm"
CALL = 'SLURMCluster(cores=1, processes=1, memory="400 MB", queue="normal", interface="lo"{more})'
_MORE = {PEER: ", security=True", OURS: ""}  # the same encryption

START = """
import sys, time, json, warnings
warnings.simplefilter("ignore")
from distributed import Client
from {package} import SLURMCluster

start = time.perf_counter()
cluster = {call}
cluster.scale(2)
cluster.wait_for_workers(2)
print(time.perf_counter() - start)
cluster.close()
"""

KERNEL = """
import json, threading, time, warnings
import psutil
warnings.simplefilter("ignore")
from distributed import Client
from {package} import SLURMCluster

cluster = {call}
cluster.scale(2)
cluster.wait_for_workers(2)
client = Client(cluster)
process = psutil.Process()

def cpu():
    spent = process.cpu_times()
    return spent.user + spent.system

before = cpu()
time.sleep(60)
idle_cpu_s, memory = cpu() - before, process.memory_info().rss

futures = client.map(abs, range(100_000), pure=False)
waits = []
end = time.perf_counter() + 60
while time.perf_counter() < end and any(future.status == "pending" for future in futures[-100:]):
    start = time.perf_counter()
    time.sleep(0.01)
    waits.append(time.perf_counter() - start - 0.01)
waits.sort()
print(json.dumps({{
    "idle_cpu_s_per_min": round(idle_cpu_s, 2),
    "memory_MB": round(memory / 1e6),
    "latency_ms_p99": round(1000 * waits[int(len(waits) * 0.99)], 1),
    "latency_ms_max": round(1000 * waits[-1], 1),
}}))
client.close()
cluster.close()
"""


def _run(code: str, package: str) -> str:
    text = code.format(package=package, call=CALL.format(more=_MORE[package]))
    with tempfile.TemporaryDirectory(prefix="jds-bench-") as home:
        done = subprocess.run(
            [sys.executable, "-c", text], cwd=home, env={**os.environ, "JUPYTER_DATA_DIR": home},
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    return done.stdout.strip().splitlines()[-1]


def measure(times: int = TIMES) -> dict[str, Any]:
    """Return the figures of both, measured in turn."""
    starts: dict[str, list[float]] = {PEER: [], OURS: []}
    for _ in range(times):
        for package, seconds in starts.items():
            seconds.append(float(_run(START, package)))
    return {
        package: {
            "two_workers_s": round(statistics.median(seconds), 2),
            **json.loads(_run(KERNEL, package)),
        }
        for package, seconds in starts.items()
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
