"""A real controller process, driven over its unix socket as the Jupyter server drives it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from distributed import Client
from distributed.security import Security

from jupyter_dask_slurm.kernels.archive import controller_archive
from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.protocol.models import (
    Backend,
    Cluster,
    ControllerInfo,
    EnvironmentInfo,
    Job,
    LaunchSpec,
    Record,
    Scaling,
    iso_time,
)
from jupyter_dask_slurm.system import files
from jupyter_dask_slurm.system.own_directory import prefix_beside, remove_own_directories, usual_places
from tests.controller.preloaded import COMMAND, PRELOADED, Forked

# Two cores, as tests count them on nodes; each process more is a second of CPU more.
SMALL = {"cores": 2, "processes": 1, "memory": "1 GB", "walltime": "00:10:00"}
TWO_WORKERS = {**SMALL, "processes": 2}
# Where it counts that workers connect, not how they are started.
QUICK = {**SMALL, "worker_command": COMMAND}


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: str, timeout: float = 30) -> None:
        super().__init__("controller", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def new_directory(place: Path) -> Path:
    """Make the directory of a cluster with a new id, where below a shared directory it would stand."""
    directory = place / "clusters" / f"test-{os.urandom(2).hex()}"
    directory.parent.mkdir(mode=0o700, exist_ok=True)
    directory.mkdir(mode=0o700)
    return directory


class ControllerProcess:
    """One controller, from launch to exit; `directory` is that of its cluster."""

    def __init__(
        self,
        directory: Path,
        backend: Backend,
        *,
        options: dict[str, Any] | None = None,
        scaling: dict[str, Any] | None = None,
        idle_timeout_s: int = 3600,
        environment: dict[str, str] | None = None,
        folder: Path | None = None,
        umask: int = -1,
        before: str | None = None,
    ) -> None:
        self.directory = directory
        # A test's own temporary folder may be too deep for a unix socket.
        self._socket_folder = tempfile.TemporaryDirectory(prefix="jds-")
        self.spec = LaunchSpec(
            cluster_id=directory.name,
            name="test",
            backend=backend,
            created_at=iso_time(),
            directory=str(directory),
            socket=str(Path(self._socket_folder.name) / "s"),
            nonce=os.urandom(8).hex(),
            python=sys.executable,
            dashboard_path="dask-slurm/clusters/test/dashboard/",
            scaling=scaling or {"mode": "manual", "jobs": 1},
            options=SMALL if options is None else options,
            idle_timeout_s=idle_timeout_s,
        )
        self.spec = replace(self.spec, credentials=make_credentials(directory, self.spec.cluster_id))
        files.write_json(directory / "launch.json", self.spec.to_json())
        files.write_json(directory / "record.json", self._first_record().to_json())
        self.log = directory / "controller.log"
        started = {**os.environ, **PRELOADED.environment, **(environment or {})}
        as_always = folder is None and before is None and umask == -1
        with self.log.open("wb") as log:
            # Only a Python of its own takes notice of variables as this one does not have.
            if as_always and backend == "slurm" and set(environment or {}) <= {"PATH"}:
                argv = [sys.executable, "jupyter_dask_slurm.controller", str(directory)]
                with Path(os.devnull).open("rb") as nothing:
                    outputs = log.fileno(), log.fileno()
                    self.process: subprocess.Popen[bytes] | Forked = PRELOADED.controller(
                        argv, started, (nothing.fileno(), *outputs)
                    )
                return
            self.process = subprocess.Popen(
                [sys.executable, *self._start(folder, before), str(directory)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=started,
                cwd=folder,
                umask=umask,
            )

    def _start(self, folder: Path | None, before: str | None) -> list[str]:
        """Return how Python is started: by the archive, as by a Jupyter server, or of this checkout.

        By the archive only modules can be sent to the scheduler that know nothing of this package. `before`
        is code that runs first, in this checkout.
        """
        if before is not None:
            start = "import sys\nfrom jupyter_dask_slurm.controller.__main__ import main\nsys.exit(main())"
            return ["-c", f"{before}\n{start}"]
        if folder is None:
            return ["-m", "jupyter_dask_slurm.controller"]
        archive = self.spec.on_disk.controller_archive
        files.write_private(archive, controller_archive())
        return [str(archive)]

    def _first_record(self) -> Record:
        spec = self.spec
        cluster = Cluster(
            id=spec.cluster_id,
            name=spec.name,
            backend=spec.backend,
            status="starting",
            created_at=spec.created_at,
            updated_at=spec.created_at,
            controller=ControllerInfo(socket.gethostname()),
            environment=EnvironmentInfo(None, spec.python),
            dashboard_path=spec.dashboard_path,
            scaling=Scaling(jobs=1),
        )
        return Record(
            cluster, socket.gethostname(), "", spec.nonce, spec.socket, spec.directory, spec.created_at
        )

    def request(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[int, Any]:
        """Send one request and return status and JSON (text where it is none)."""
        connection = UnixConnection(self.spec.socket)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), dict(headers))
            with connection.getresponse() as answer:
                text = answer.read().decode()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text.startswith(("{", "[")) else text

    @property
    def cluster(self) -> Cluster:
        """The cluster as the controller shows it now."""
        return Cluster.from_json(self.request("GET", "/control/cluster")[1]["cluster"])

    @property
    def jobs(self) -> list[Job]:
        """Its jobs."""
        return [Job.from_json(job) for job in self.request("GET", "/control/jobs")[1]]

    @property
    def record(self) -> Record:
        """What stands on disk."""
        return Record.from_json(files.read_json(self.directory / "record.json"))

    @property
    def history(self) -> list[str]:
        """The kinds of things that happened, in order."""
        return [entry["event"] for entry in files.read_json_lines(self.directory / "history.jsonl")]

    def scale(self, jobs: int) -> Cluster:
        """Ask for so many jobs."""
        status, body = self.request(
            "PATCH", "/control/cluster", {"scaling": {"mode": "manual", "jobs": jobs}}
        )
        assert status == 200, body
        return Cluster.from_json(body)

    def until(self, condition: Callable[[Cluster], Any], timeout: float = 60) -> Cluster:
        """Follow the event stream until a state fulfils `condition`, and return that state."""
        last: Cluster | None = None
        with closing(self.events(timeout)) as events:
            for last in events:
                if condition(last):
                    return last
        raise AssertionError(f"The stream ended before that; last: {last}\n{self.log.read_text()[-3000:]}")

    def events(self, timeout: float = 60) -> Generator[Cluster]:
        """Yield each state that the event stream tells, for at most `timeout` seconds."""
        deadline = time.monotonic() + timeout
        connection = self._connect(deadline)
        try:
            connection.request("GET", "/control/events")
            with connection.getresponse() as answer:
                while line := answer.readline():
                    if line.strip():
                        yield Cluster.from_json(json.loads(line)["cluster"])
                    if time.monotonic() > deadline:
                        return
        except TimeoutError:
            return
        finally:
            connection.close()

    def _connect(self, deadline: float) -> UnixConnection:
        """Wait for the socket: its process is starting."""
        while True:
            connection = UnixConnection(self.spec.socket, timeout=max(1, deadline - time.monotonic()))
            try:
                connection.connect()
            except OSError:
                connection.close()
                ended = self.process.poll() is not None
                assert not ended, self.log.read_text()
                assert time.monotonic() < deadline, "no socket in time"
                time.sleep(0.05)
            else:
                return connection

    def working(self, jobs: int, timeout: float = 60) -> Cluster:
        """Wait until so many jobs work with all their workers, and nothing else is left."""
        return self.until(lambda cluster: _all_work(cluster, jobs), timeout)

    def client(self) -> Client:
        """Connect as a notebook does."""
        credentials = self.spec.credentials
        assert credentials is not None
        security = Security(
            tls_ca_file=credentials.ca_file,
            tls_client_cert=credentials.cert,
            tls_client_key=credentials.key,
            require_encryption=True,
        )
        return Client(self.cluster.scheduler_address, security=security)

    def stop(self, timeout: float = 60) -> int:
        """Stop the cluster as its user would and return the exit code."""
        assert self.request("DELETE", "/control/cluster")[0] == 202
        return self.process.wait(timeout)

    def close(self) -> None:
        """End the process, whatever state it is in."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        # What one that was killed has left beside its socket, a Jupyter server would remove.
        socket_path = Path(self.spec.socket)
        remove_own_directories(prefix_beside(socket_path), usual_places(os.environ))
        self._socket_folder.cleanup()


def _all_work(cluster: Cluster, jobs: int) -> bool:
    counts, workers = cluster.jobs, cluster.workers
    others = counts.queued + counts.starting + counts.missing
    return (
        counts.working == jobs
        and others == 0
        and workers is not None
        and workers.connected == workers.expected
    )
