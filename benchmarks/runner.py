"""A script in an allocation: by ``jupyter dask-slurm run``, and by dask-jobqueue's ``SLURMRunner``.

Two nodes with two CPUs each: how many of them compute, how much memory the workers of one node think they may
take, and how long the allocation stays after its client was killed. Then the same with TLS, to its end.
``python -m benchmarks.runner``; takes some three minutes.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.slurm.units import parse_slurm_memory
from tests.slurm import Options, PrivateSlurm

MEMORY = "800M"
LONGEST_S = 240
SAYS = """
import collections, json, os, sys, time
def say(client):
    nodes = client.run(os.getenv, "SLURMD_NODENAME")
    workers = client.scheduler_info(n_workers=-1)["workers"]
    held = collections.Counter()
    for address, node in nodes.items():
        held[node] += workers[address]["memory_limit"]
    threads = sum(client.nthreads().values())
    print(json.dumps({"pid": os.getpid(), "threads": threads, "memory": max(held.values())}), flush=True)
    if sys.argv[1:] == ["waits"]:
        time.sleep(600)
"""
OURS = f"""{SAYS}
from distributed import Client
with Client() as client:
    say(client)
"""
PEER = f"""{SAYS}
from dask_jobqueue.slurm import SLURMRunner
from distributed import Client
with SLURMRunner() as runner, Client(runner) as client:
    client.wait_for_workers(runner.n_workers)
    say(client)
"""


def submit(slurm: PrivateSlurm, folder: Path, line: str, more: dict[str, str]) -> str:
    """Send a batch script of one line; return the id of its job."""
    size = ["-N2", "--ntasks-per-node=2", "-c1", f"--mem={MEMORY}", "-t", "10"]
    command = ["sbatch", "--parsable", *size, "-o", str(folder / "said"), f"--wrap={line}"]
    env = {**slurm.env, "JUPYTER_DATA_DIR": str(folder / "data"), **more}
    done = subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def told(folder: Path) -> dict[str, Any] | None:
    """Return what the script has said."""
    text = (folder / "said").read_text() if (folder / "said").exists() else ""
    lines = [line for line in text.splitlines() if line.startswith('{"pid"')]
    found: dict[str, Any] | None = json.loads(lines[0]) if lines else None
    return found


def until_gone(slurm: PrivateSlurm, job: str) -> float:
    """Return how long Slurm still has a job, in seconds; `LONGEST_S` where it does not go."""
    began = time.monotonic()
    while job in slurm.run("squeue", "-h", "-o", "%i").split() and time.monotonic() - began < LONGEST_S:
        time.sleep(0.2)
    return time.monotonic() - began


def killed(slurm: PrivateSlurm, folder: Path, line: str) -> dict[str, Any]:
    """Return what a script says of its cluster, and how long the allocation stays when it is killed."""
    job = submit(slurm, folder, f"{line} waits", {})
    while (found := told(folder)) is None:
        time.sleep(0.2)
    os.kill(found["pid"], signal.SIGKILL)
    stays_s = round(until_gone(slurm, job), 1)
    slurm.run("scancel", job)
    share = round(found["memory"] / parse_slurm_memory(MEMORY), 2)
    return {"threads": found["threads"], "memory_of_a_node": share, "stays_s": stays_s}


def encrypted(slurm: PrivateSlurm, folder: Path, line: str, more: dict[str, str]) -> str:
    """Return the state in which a script with TLS ends its job, or that it does not."""
    (folder / "said").unlink(missing_ok=True)
    job = submit(slurm, folder, line, more)
    stays_s = until_gone(slurm, job)
    state = slurm.run("scontrol", "show", "job", job).partition("JobState=")[2].split()[0]
    slurm.run("scancel", job)
    said = (folder / "said").read_text().strip().splitlines()
    return f"{state} after {stays_s:.0f} s; last words: {said[-1] if said else 'none'}"


def tls_variables(folder: Path) -> dict[str, str]:
    """Return Dask's configuration by which all of its processes speak TLS, with one new key pair."""
    pair = make_credentials(folder, "bench-0000")
    variables = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": pair.ca_file,
                 "DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME": "tls",
                 "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true"}  # fmt: skip
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        variables |= {f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT": pair.cert,
                      f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY": pair.key}  # fmt: skip
    return variables


def main() -> None:
    """Measure both; print JSON."""
    found: dict[str, Any] = {}
    python = shlex.quote(sys.executable)
    lines = {
        "ours": (OURS, f"{python} -m jupyter_dask_slurm.cli run script.py"),
        "peer": (PEER, f"srun {python} -W ignore script.py"),
    }
    with PrivateSlurm(Options()) as slurm:
        for name, (script, line) in lines.items():
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                (folder / "script.py").write_text(script)
                found[name] = killed(slurm, folder, line)
                more = tls_variables(folder) if name == "peer" else {}
                found[name]["with TLS"] = encrypted(slurm, folder, line, more)
                print(name, json.dumps(found[name], indent=2), flush=True)


if __name__ == "__main__":
    main()
