"""What one cluster of many workers costs: ours, and dask-jobqueue's own cluster with the same workers.

The jobs are real ones that wait in a private Slurm; their workers are `fake_workers` in a process of their
own, connected by TLS. Measured in the process that has the scheduler: memory, processor time until all are
connected and while nothing happens, and for how long its event loop is blocked (`loop_watch`).
``python -m benchmarks.scale 250`` measures that size alone. Needs a Slurm: run it through ``scripts/bench``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import cloudpickle
import psutil
from distributed import Client
from distributed.security import Security

from benchmarks.create import API, create, stop
from benchmarks.environments import Jupyter, jupyter
from jupyter_dask_slurm.launch.credentials import make_credentials

Row = dict[str, Any]
SIZES = (250, 1000, 2000)
QUESTIONS = 10
SETTLING_S = 15.0
IDLE_S = 30.0
HELD = {"memory": "100 MB", "processes": 1, "idle_timeout": 0, "job_extra_directives": ["--hold"]}

PEER = """
import json, os, sys
from dask_jobqueue import SLURMCluster
from distributed.security import Security
cert, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
roles = {f"tls_{role}_{part}": path for role in ("scheduler", "worker", "client")
         for part, path in (("cert", cert), ("key", key))}
security = Security(require_encryption=True, tls_ca_file=cert, **roles)
cluster = SLURMCluster(cores=1, memory="100MB", job_extra_directives=["--hold"], security=security)
print("told", json.dumps({"pid": os.getpid(), "address": cluster.scheduler_address}), flush=True)
sys.stdin.readline()
cluster.scale(jobs=count)
print("told", json.dumps(list(cluster.worker_spec)), flush=True)
sys.stdin.read()
cluster.close()
"""


def security(cert: str, key: str) -> Security:
    """Return what a client of either cluster connects with."""
    return Security(require_encryption=True, tls_ca_file=cert, tls_client_cert=cert, tls_client_key=key)


WATCH = Path(__file__).with_name("loop_watch.py").read_text()


def in_watch(source: str, function: str) -> Any:
    """Call a function of `loop_watch` inside a scheduler, where the module is made when first needed."""
    import sys
    import types

    name = "benchmark_loop_watch"
    if name not in sys.modules:
        module = types.ModuleType(name)
        exec(source, module.__dict__)
        sys.modules[name] = module
    return getattr(sys.modules[name], function)()


class Measured:
    """The process that has a scheduler, watched."""

    def __init__(self, pid: int, client: Client) -> None:
        self._process = psutil.Process(pid)
        self._client = client

    @contextmanager
    def during(self, row: dict[str, Any], what: str) -> Iterator[None]:
        """Write into `row` the processor time and the blocks of the loop while the body runs."""
        self._client.run_on_scheduler(in_watch, WATCH, "begin")
        wall, cpu = time.perf_counter(), self._cpu()
        yield
        row[f"{what}_s"] = round(time.perf_counter() - wall, 1)
        row[f"{what}_cpu_s"] = round(self._cpu() - cpu, 2)
        row[f"{what}_loop"] = self._client.run_on_scheduler(in_watch, WATCH, "end")

    def _cpu(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        """What it has in memory."""
        return round(self._process.memory_info().rss / 1e6, 1)


class Fakes:
    """The workers, in a process of their own with the lowest priority: in life they run elsewhere."""

    def __init__(self, address: str, cert: str, key: str) -> None:
        command = ["nice", "-n", "19", sys.executable, "-W", "ignore", "-m", "benchmarks.fake_workers"]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen([*command, address, cert, key], **pipes)

    def connect(self, names: Sequence[str]) -> None:
        """Have workers of these names; returns when all are connected."""
        self._process.stdin.write("".join(f"{name}\n" for name in names) + "\n")
        self._process.stdin.flush()
        if self._process.stdout.readline() != "connected\n":
            raise RuntimeError("not all workers could connect")

    def leave(self) -> None:
        """Let all be gone at once."""
        self._process.kill()
        self._process.communicate()


def follow(
    measured: Measured, client: Client, fakes: Fakes, names: Sequence[str], row: Row
) -> Iterator[None]:
    """Write into `row` what it costs that all workers come, stay and go; yields while all are there."""
    row["rss_before_mb"] = measured.rss_mb
    with measured.during(row, "connect"):
        fakes.connect(names)
    time.sleep(SETTLING_S)
    with measured.during(row, "idle"):
        time.sleep(IDLE_S)
    row["rss_mb"] = measured.rss_mb
    yield
    with measured.during(row, "leave"):
        fakes.leave()
        while client.scheduler_info(n_workers=1)["n_workers"]:
            time.sleep(0.5)


def ours(server: Jupyter, count: int) -> Row:
    """Return the figures of a cluster of ours."""
    row: Row = {}
    cluster = create(server, **HELD)[2]
    path = f"{API}/{cluster['id']}"
    (certificate,) = server.home.glob(f"**/clusters/{cluster['id']}/cert.pem")
    cert, key = str(certificate), str(certificate.with_name("key.pem"))
    address = cluster["scheduler_address"]
    with Client(address, security=security(cert, key)) as client:
        measured, fakes = Measured(cluster["controller"]["pid"], client), Fakes(address, cert, key)
        with measured.during(row, "submit"):
            scale(server, path, count)
        jobs = server.request("GET", f"{path}/jobs")[1]
        names = [worker["name"] for job in jobs for worker in job["workers"]]
        for _ in follow(measured, client, fakes, names, row):
            ask(server, path, measured, row)
        with measured.during(row, "cancel"):
            scale(server, path, 0)
    stop(server, cluster)
    return row


def scale(server: Jupyter, path: str, count: int) -> None:
    """Ask for so many jobs and wait until Slurm has just these."""
    server.request("PATCH", path, {"scaling": {"mode": "manual", "jobs": count}})
    while True:
        jobs = server.request("GET", path)[1]["jobs"]
        if sum(jobs.values()) - jobs["plan"] == count:
            return
        time.sleep(0.2)


def ask(server: Jupyter, path: str, measured: Measured, row: Row) -> None:
    """Measure what a panel asks for, and changes."""
    for what, query in (("jobs", ""), ("page", "?phase=working&limit=100")):
        with measured.during(row, what):
            times = [server.request("GET", f"{path}/jobs{query}")[2] for _ in range(QUESTIONS)]
        row[f"{what}_answer_s"] = round(median(times), 3)
    with measured.during(row, "changes"):
        for number in range(QUESTIONS):
            server.request("PATCH", path, {"name": f"scale-{number}"})
            time.sleep(0.3)
    row["event_bytes"] = len(json.dumps(server.request("GET", path)[1]))


def theirs(folder: Path, count: int) -> Row:
    """Return the figures of dask-jobqueue's own cluster."""
    row: Row = {}
    made = make_credentials(folder, f"peer-{count}")
    command = [sys.executable, "-W", "ignore", "-c", PEER, made.cert, made.key, str(count)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=folder, **pipes) as process:
        told = _told(process)
        address = told["address"]
        with Client(address, security=security(made.cert, made.key)) as client:
            measured, fakes = Measured(told["pid"], client), Fakes(address, made.cert, made.key)
            with measured.during(row, "submit"):
                process.stdin.write("\n")
                process.stdin.flush()
                names = _told(process)
                while queued_jobs() < count:
                    time.sleep(0.2)
            for _ in follow(measured, client, fakes, names, row):
                pass  # it answers no questions
        subprocess.run(["scancel", "--me"], check=True)
        process.kill()
    return row


def _told(process: Any) -> Any:
    """Return what the peer says next: its other lines are warnings."""
    line = next(line for line in process.stdout if line.startswith("told "))
    return json.loads(line.removeprefix("told "))


def queued_jobs() -> int:
    """Return how many jobs of this user are in the queue."""
    command = ["squeue", "--me", "--array", "--noheader", "--format=%i"]
    return len(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())


def measure(sizes: Sequence[int] = SIZES, sides: Sequence[str] = ("ours", "dask-jobqueue")) -> Row:
    """Return for each number of workers the figures of both."""
    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # schedulers know nothing of this package
    result: Row = {}
    with tempfile.TemporaryDirectory() as folder, jupyter(sys.executable) as server:
        for count in sizes:
            own = Path(folder, str(count))
            own.mkdir()
            row = result[str(count)] = {}
            if "ours" in sides:
                row["ours"] = ours(server, count)
            if "dask-jobqueue" in sides:
                row["dask-jobqueue"] = theirs(own, count)
            row["load"] = psutil.getloadavg()[0]
            print(json.dumps({count: row}), file=sys.stderr)
    return result


if __name__ == "__main__":
    print(json.dumps(measure(tuple(map(int, sys.argv[1:])) or SIZES), indent=2))
