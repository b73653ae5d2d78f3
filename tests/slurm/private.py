"""A private Slurm as a context manager."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.slurm.client import SlurmClient
from tests.slurm.options import Options

_PROJECT = Path(__file__).parents[2]


class SlurmStartError(RuntimeError):
    """The private Slurm did not start; the message says why."""


class PrivateSlurm(SlurmClient):
    """Starts a Slurm in a supervising process of its own, and speaks to both.

    Parameters
    ----------
    options : Options, optional
        Its shape.

    Raises
    ------
    SlurmStartError
        Where it does not come up.
    """

    def __init__(self, options: Options | None = None) -> None:
        options = options or Options()
        wrapper = options.controller_at.wrapper
        self._supervisor: subprocess.Popen[str] = subprocess.Popen(
            [*wrapper, sys.executable, "-m", "tests.slurm", "--options", options.to_json()],
            stdin=subprocess.PIPE,  # its end is the end of this Slurm
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_PROJECT,
            text=True,
            start_new_session=True,
        )
        line = _pipe(self._supervisor.stdout).readline()
        if not line.startswith("SLURM_CONF="):
            _, words = self._supervisor.communicate()
            raise SlurmStartError(words.strip())
        super().__init__(Path(line.strip().partition("=")[2]), wrapper, options.release)

    def __enter__(self) -> PrivateSlurm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Cancel all jobs and stop Slurm; nothing of it is left."""
        if self._supervisor.poll() is None:
            self._supervisor.communicate()

    def freeze(self, daemon: str = "slurmctld") -> None:
        """Make a daemon hang: it takes connections and never answers."""
        self._ask("freeze", daemon)

    def thaw(self, daemon: str = "slurmctld") -> None:
        """Let a frozen daemon go on."""
        self._ask("thaw", daemon)

    def stop_controller(self) -> None:
        """Stop slurmctld; jobs go on."""
        self._ask("stop", "slurmctld")

    def start_controller(self) -> None:
        """Start slurmctld again and wait until it answers."""
        self._ask("start", "slurmctld")

    def restart_controller(self) -> None:
        """Stop and start slurmctld, which finds its jobs again."""
        self.stop_controller()
        self.start_controller()

    def kill_controller(self) -> None:
        """Kill slurmctld: it may forget what it has answered in the last seconds; jobs go on."""
        self._ask("kill", "slurmctld")

    def stop_accounting(self) -> None:
        """Stop slurmdbd; its database goes on."""
        self._ask("stop", "slurmdbd")

    def start_accounting(self) -> None:
        """Start slurmdbd again and wait until it listens."""
        self._ask("start", "slurmdbd")

    def crash_node(self, node: str) -> None:
        """Kill a node's slurmd and its jobs' processes; slurmctld is not told."""
        self._ask("crash", node)

    def start_node(self, node: str) -> None:
        """Start the slurmd of a crashed node."""
        self._ask("start", node)

    def _ask(self, action: str, daemon: str) -> None:
        requests, answers = _pipe(self._supervisor.stdin), _pipe(self._supervisor.stdout)
        requests.write(f"{action} {daemon}\n")
        requests.flush()
        answer = answers.readline().strip()
        if answer != "ok":
            raise RuntimeError(f"{action} {daemon}: {answer or 'the supervising process is gone'}")


def _pipe(stream: IO[Any] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("started without a pipe")
    return stream
