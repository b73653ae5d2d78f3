"""The daemons of one Slurm as child processes."""

from __future__ import annotations

import contextlib
import secrets
import signal
import socket
import subprocess
from pathlib import Path

from tests.slurm import accounting, processes
from tests.slurm.client import SlurmClient, SlurmCommandError, wait_until
from tests.slurm.config import Layout
from tests.slurm.options import Options
from tests.slurm.release import Release

_SBIN = "/usr/sbin:/sbin"
# So that a daemon dies with the supervising process, however that ends (util-linux's setpriv, prctl(2)).
_DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")


class DaemonError(RuntimeError):
    """A daemon did not come up; the message has the end of its log."""


class Daemons:
    """Starts, stops, freezes and kills the daemons by name (``slurmctld``, ``slurmdbd``, ``n1``, …)."""

    def __init__(self, options: Options, layout: Layout) -> None:
        self._options = options
        self._layout = layout
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._slurm = SlurmClient(layout.conf, release=options.release)

    def start_all(self) -> None:
        """Start everything and wait until jobs can run."""
        if self._options.beside:
            accounting.associate(self._slurm, self._options.cluster, first=False)
        else:
            self._start_munged()
        if self._options.accounting:
            self._start_accounting()
        for name in ("slurmctld", *self._options.node_names):
            self._spawn(name)
        self._await_nodes()

    def _start_munged(self) -> None:
        key = self._layout.folder / "munge" / "key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        self._spawn("munged")
        wait_until(self._layout.munge_socket.exists, "munged listens", 60, 0.01)

    def _start_accounting(self) -> None:
        accounting.prepare(self._layout, Release(self._options.release))
        self._spawn("mariadbd")
        wait_until((self._layout.database / "socket").exists, "the database answers")
        self._spawn("slurmdbd")
        wait_until(lambda: _listens(self._layout.accounting_port), "slurmdbd listens")
        accounting.associate(self._slurm, self._options.cluster, first=True)

    def start(self, name: str) -> None:
        """Start one daemon that was stopped, and wait until it does its work."""
        if self._processes[name].poll() is None:
            raise DaemonError(f"{name} runs already.")
        self._spawn(name)
        if name in self._options.node_names:
            # slurmctld may not have noticed that it was gone: its word alone does not tell that it is back.
            port = self._layout.node_ports[self._options.node_names.index(name)]
            address = self._options.place_of(name).address
            wait_until(lambda: _listens(port, address), f"{name} listens")
        if name == "slurmdbd":
            wait_until(lambda: _listens(self._layout.accounting_port), "slurmdbd listens")
            return
        self._await_nodes(None if name == "slurmctld" else name)

    def stop(self, name: str) -> None:
        """End one daemon and wait for its end; running jobs go on."""
        self._signal(name, signal.SIGCONT)
        self._signal(name, signal.SIGTERM)
        self._processes[name].wait(timeout=20)

    def kill(self, name: str) -> None:
        """End one daemon at once: what it has not written yet it never writes."""
        self._processes[name].kill()
        self._processes[name].wait(timeout=20)

    def crash(self, node: str) -> None:
        """Kill a node's slurmd and all that runs there, as a power cut does."""
        self.kill(node)
        processes.kill_jobs_of_node(node)

    def freeze(self, name: str) -> None:
        """Stop a daemon's clock: it takes connections but never answers."""
        self._signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen daemon go on."""
        self._signal(name, signal.SIGCONT)

    def stop_all(self) -> None:
        """Cancel all jobs, end all daemons, and kill whatever else descends from this process."""
        for name in self._processes:
            self.thaw(name)
        # First what a command has left behind (controllers of clusters): it may still speak to Slurm.
        processes.end_descendants(10, spare=self.pids() | processes.job_steps())
        # Where slurmctld is stopped or broken, the jobs' processes are killed below.
        with contextlib.suppress(SlurmCommandError, TimeoutError, subprocess.TimeoutExpired):
            self._slurm.cancel_all(timeout=30)
        for process in reversed(self._processes.values()):
            process.terminate()
        processes.end_descendants(5)

    def pids(self) -> set[int]:
        """Return the process ids of the daemons."""
        return {process.pid for process in self._processes.values()}

    def _signal(self, name: str, number: signal.Signals) -> None:
        self._processes[name].send_signal(number)

    def _spawn(self, name: str) -> None:
        log = self._log(name)
        with log.open("ab") as output:
            self._processes[name] = subprocess.Popen(
                [*_DIE_WITH_PARENT, *self._command(name)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._environment,
                cwd=self._layout.folder,
                start_new_session=True,  # a Ctrl-C is for the supervising process, which ends them in order
            )

    @property
    def _environment(self) -> dict[str, str]:
        # MYSQL_UNIX_PORT tells slurmdbd's client library where the database is.
        socket_path = str(self._layout.database / "socket")
        environment = self._slurm.env
        return environment | {"PATH": f"{environment['PATH']}:{_SBIN}", "MYSQL_UNIX_PORT": socket_path}

    def _command(self, name: str) -> list[str]:
        folder = self._layout.folder
        if name == "munged":
            files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed"}
            paths = [f"--{option}={folder}/munge/{file}" for option, file in files.items()]
            return ["munged", "--foreground", *paths]
        if name == "mariadbd":
            return accounting.database_command(self._layout)
        if name == "slurmdbd":
            return ["slurmdbd", "-D"]  # its configuration lies beside Slurm's
        if name == "slurmctld":
            return ["slurmctld", "-D", "-f", str(self._layout.conf)]
        wrapper = self._options.place_of(name).wrapper
        release = Release(self._options.release)
        return [*wrapper, "slurmd", "-D", "-N", name, "-f", str(self._layout.conf), *release.of_node]

    def _await_nodes(self, node: str | None = None) -> None:
        def up() -> bool:
            self._fail_if_dead()
            try:
                states = self._slurm.run("sinfo", "-h", "-N", "-o", "%N %T").splitlines()
            except SlurmCommandError:
                return False
            names = self._options.node_names if node is None else [node]
            wanted = [state for name, state in map(str.split, states) if name in names]
            return all(state in ("idle", "mixed", "allocated") for state in wanted)

        wait_until(up, "all nodes are up", 60)

    def _fail_if_dead(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                tail = self._log(name).read_text(errors="replace")[-2000:]
                raise DaemonError(f"{name} ended with {process.returncode}:\n{tail}")

    def _log(self, name: str) -> Path:
        return self._layout.logs / f"{name}.log"


def _listens(port: int, address: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
