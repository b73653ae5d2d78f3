"""Where a controller lives: how long until it is of use, and what answers take by socket and by mutual TLS.

Two Jupyter servers of one user ask the same controller in turn, one on its host by the unix socket, one on
"another" host (a host name of its own, uts_namespaces(7): only root can make it) by TLS. So whatever else the
machine does falls on both. Needs a Slurm: run it through ``scripts/bench``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.create import API, create, stop
from benchmarks.environments import Jupyter, jupyter

STARTS = 3
ROUNDS = 80
IDLE_S = 60.0
IN_A_JOB = {"controller_placement": "job", "controller_memory": "500 MB"}
_OTHER_HOST = """#!/bin/sh
exec unshare --uts sh -c 'hostname login2 && exec "$@"' login2 {python} "$@"
"""
_SENT = re.compile(r"bytes_sent:(\d+)")


@contextmanager
def both() -> Iterator[tuple[Jupyter, Jupyter, Path]]:
    """Run a Jupyter server on this host and one on another, with one directory of data."""
    with tempfile.TemporaryDirectory(prefix="jds-bench-") as home:
        python = Path(home, "python")
        python.write_text(_OTHER_HOST.format(python=sys.executable))
        python.chmod(0o755)
        data = str(Path(home, "data"))
        with (
            jupyter(sys.executable, JUPYTER_DATA_DIR=data) as here,
            jupyter(str(python), JUPYTER_DATA_DIR=data) as there,
        ):
            yield here, there, Path(data)


def starts(server: Jupyter) -> dict[str, float]:
    """Return the seconds from POST until the controller answers, in turn here and in a job."""
    found: dict[str, list[float]] = {"here": [], "job": []}
    for _ in range(STARTS):
        for place, options in (("here", {}), ("job", IN_A_JOB)):
            _, seconds, cluster = create(server, **options)
            found[place].append(seconds)
            _say(f"{place}: {seconds:.1f} s")
            stop(server, cluster)
    return {f"start_{place}_s": round(median(seconds), 2) for place, seconds in found.items()}


def answers(here: Jupyter, there: Jupyter, cluster_id: str) -> dict[str, Any]:
    """Return what questions take by both ways, asked in turn, and how the one is to the other."""
    dashboard = f"dask-slurm/clusters/{cluster_id}/dashboard"
    questions: dict[str, tuple[str, str, Any, int]] = {
        "jobs": ("GET", f"{API}/{cluster_id}/jobs", None, ROUNDS),
        "patch": ("PATCH", f"{API}/{cluster_id}", {"idle_timeout_s": 3600}, ROUNDS),
        "page": ("GET", f"{dashboard}/status", None, ROUNDS // 4),
        "bokeh.min.js": ("GET", f"{dashboard}/static/js/bokeh.min.js", None, ROUNDS // 4),
    }
    found = {}
    for name, (method, path, body, rounds) in questions.items():
        took = [[_ask(server, method, path, body) for server in (here, there)] for _ in range(rounds)]
        _say(f"{name}: asked")
        by_socket, by_tls = ([pair[way] for pair in took] for way in (0, 1))
        found[name] = {
            "socket_ms": round(median(by_socket) * 1e3, 1),
            "tls_ms": round(median(by_tls) * 1e3, 1),
            # Of each pair, for both were asked at the same moment of a machine that does other things too.
            "ratio": round(median(tls / socket for socket, tls in took), 2),
        }
    return found


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _ask(server: Jupyter, method: str, path: str, body: Any) -> float:
    status, answer, seconds = server.request(method, path, body)
    if status != 200:
        raise RuntimeError(f"{method} {path} answered {status}: {answer}")
    return seconds


def sent_while_idle(record: Path) -> dict[str, int]:
    """Return how many connections to the channel a quiet minute makes, and how many bytes are asked."""
    port = json.loads(record.read_text())["endpoint"]["port"]
    before = _connections(port)
    time.sleep(IDLE_S)
    after = _connections(port)
    grown = sum(sent - before.get(source, 0) for source, sent in after.items())
    return {"new_connections": len(after.keys() - before.keys()), "bytes_asked": grown}


def _connections(port: int) -> dict[str, int]:
    """Return the bytes that each connection to a port has sent, by its own address."""
    command = ["ss", "-HtniO", "state", "established", f"( dport = :{port} )"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[2]: int(sent[1]) for line in lines if (sent := _SENT.search(line))}


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until another server knows it too."""
    while not holds():
        time.sleep(0.1)


def main() -> None:
    """Print medians."""
    with both() as (here, there, data):
        figures: dict[str, Any] = starts(here)
        cluster = create(here, jobs=1)[2]
        path = f"{API}/{cluster['id']}"
        wait_until(lambda: there.request("GET", path)[1].get("controller", {}).get("channel") == "tls")
        wait_until(lambda: here.request("GET", path)[1]["workers"]["connected"] == 1)
        figures["answers"] = answers(here, there, cluster["id"])
        time.sleep(IDLE_S / 2)  # what follows a change is over then
        figures["idle_minute"] = sent_while_idle(
            data / "dask-slurm" / "clusters" / cluster["id"] / "record.json"
        )
        stop(here, cluster)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
