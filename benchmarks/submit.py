"""How many jobs one ``sbatch`` brings: calls and wall time until n jobs are queued.

Ours through REST beside dask-jobqueue's own ``SLURMCluster``, on the same Slurm, with jobs that wait
(``--hold``), so that what is measured is the submission alone. Calls are counted by a wrapper around the real
commands.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.create import API, create, stop
from benchmarks.environments import Jupyter, jupyter

PEER = """
import sys, time, subprocess
from dask_jobqueue import SLURMCluster
count = int(sys.argv[1])
cluster = SLURMCluster(cores=1, memory="100MB", job_extra_directives=["--hold"], security=True)
start = time.perf_counter()
cluster.scale(jobs=count)
squeue = ["squeue", "--me", "-r", "-h", "-o", "%i"]
while len(subprocess.check_output(squeue).splitlines()) < count:
    time.sleep(0.02)
print(time.perf_counter() - start)
subprocess.run(["scancel", "--me"])
cluster.close()
"""


@contextmanager
def counted(folder: Path) -> Iterator[Path]:
    """Put wrappers in front of Slurm's commands that write down each call; yield where they write."""
    calls = folder / "calls"
    calls.touch()
    for name in ("sbatch", "squeue", "scancel"):
        wrapper = folder / name
        wrapper.write_text(f'#!/bin/sh\necho {name} >> {calls}\nexec {shutil.which(name)} "$@"\n')
        wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}:{before}"
    yield calls
    os.environ["PATH"] = before


def queued_jobs() -> int:
    """Return how many jobs of this user are in the queue, without counting the call."""
    squeue = shutil.which("squeue", path=os.environ["PATH"].split(":", 1)[1])
    out = subprocess.run(
        [str(squeue), "--me", "-r", "-h", "-o", "%i"], check=True, capture_output=True, text=True
    ).stdout
    return len(out.splitlines())


def ours_s(server: Jupyter, count: int) -> float:
    """Return the seconds from PATCH until `count` jobs are queued."""
    cluster = create(server, memory="100 MB", job_extra_directives=["--hold"])[2]
    start = time.perf_counter()
    server.request("PATCH", f"{API}/{cluster['id']}", {"scaling": {"mode": "manual", "jobs": count}})
    while queued_jobs() < count:
        time.sleep(0.02)
    elapsed = time.perf_counter() - start
    stop(server, cluster)
    return elapsed


def peer_s(count: int) -> float:
    """Return the seconds from ``scale`` until `count` jobs are queued."""
    command = [sys.executable, "-W", "ignore", "-c", PEER, str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def measure(counts: tuple[int, ...] = (1, 10, 200, 1000)) -> dict[str, Any]:
    """Return for each number of jobs the seconds and the calls of sbatch, ours and dask-jobqueue's."""
    result: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        counted(Path(folder)) as calls,
        jupyter(sys.executable) as server,
    ):
        for count in counts:
            row = {}
            for name, run in (("ours", lambda n: ours_s(server, n)), ("dask-jobqueue", peer_s)):
                calls.write_text("")
                row[f"{name}_s"] = round(run(count), 2)
                row[f"{name}_sbatch"] = Counter(calls.read_text().split())["sbatch"]
            result[str(count)] = row
    return result


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
