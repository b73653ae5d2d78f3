"""What settled clusters cost Slurm: calls of its commands while nothing happens.

Clusters with one job each, ours with 1 and 10 of them, and one ``SLURMCluster`` of dask-jobqueue, which asks
Slurm nothing, and so knows nothing of what becomes of its jobs.
Takes ten minutes for each; ``python -m benchmarks.settled 2`` takes two.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.create import API, create, stop
from benchmarks.environments import jupyter
from benchmarks.submit import counted

PEER = """
import sys, time
from dask.distributed import Client
from dask_jobqueue import SLURMCluster
cluster = SLURMCluster(cores=1, memory="300MB", security=True)
cluster.scale(jobs=1)
Client(cluster).wait_for_workers(1)
print("settled", flush=True)
sys.stdin.readline()
cluster.close()
"""
SETTLING_S = 15
"""So long after the last worker has connected calls are counted: one more fills in node and times."""


def _count(calls: Path, seconds: float) -> dict[str, int]:
    time.sleep(SETTLING_S)
    calls.write_text("")
    time.sleep(seconds)
    return dict(Counter(calls.read_text().split()))


def ours(calls: Path, clusters: int, seconds: float) -> dict[str, int]:
    """Return the calls of each command by so many settled clusters."""
    with jupyter(sys.executable) as server:
        made = [create(server, jobs=1, memory="300 MB")[2] for _ in range(clusters)]
        for cluster in made:
            while server.request("GET", f"{API}/{cluster['id']}")[1]["jobs"]["working"] < 1:
                time.sleep(0.2)
        found = _count(calls, seconds)
        for cluster in made:
            stop(server, cluster)
    return found


def peer(calls: Path, seconds: float) -> dict[str, int]:
    """Return the calls of each command by dask-jobqueue's own cluster."""
    command = [sys.executable, "-W", "ignore", "-c", PEER]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # In that folder: it leaves its certificates where it runs.
    with subprocess.Popen(command, cwd=calls.parent, text=True, **pipes) as process:  # type: ignore[call-overload]
        if process.stdout is None or process.stdin is None or process.stdout.readline() != "settled\n":
            raise RuntimeError("dask-jobqueue's cluster did not start")
        found = _count(calls, seconds)
        process.stdin.close()
    return found


def measure(minutes: float = 10) -> dict[str, object]:
    """Return the calls in so many minutes."""
    seconds = 60 * minutes
    with tempfile.TemporaryDirectory() as folder, counted(Path(folder)) as calls:
        return {
            "minutes": minutes,
            "ours, 1 cluster": ours(calls, 1, seconds),
            "ours, 10 clusters": ours(calls, 10, seconds),
            "dask-jobqueue, 1 cluster": peer(calls, seconds),
        }


if __name__ == "__main__":
    print(json.dumps(measure(*map(float, sys.argv[1:2])), indent=2))
