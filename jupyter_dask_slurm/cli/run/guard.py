"""Ends what a run has started, should the process that runs it be killed.

Run as a module it reads lines from the process that has started it: ``cluster`` and an id, ``script``,
a process id and its start time, and at last ``done``. Where they end before that, it ends the script and
stops the cluster. A session of its own keeps it from the signals of the terminal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

from ...system.processes import is_alive, start_time

TERM_S = 2.0
"""So long a script may take to end by itself, in seconds."""
_LOOK_S = 0.1


class Guard:
    """A second process that ends the cluster of a run when the first is killed; this is the first's end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            # Not where the script is: what lies there would be imported.
            [sys.executable, "-m", __name__], cwd="/",
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def cluster(self, cluster_id: str) -> None:
        """Have it stop this cluster."""
        self._tell(f"cluster {cluster_id}")

    def script(self, pid: int) -> None:
        """Have it end this process."""
        self._tell(f"script {pid} {start_time(pid) or 0}")

    def done(self) -> None:
        """Let it go: nothing is left to be ended."""
        self._tell("done")
        self._process.communicate()

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        # A guard that is gone guards nothing; what it was for goes on.
        with contextlib.suppress(BrokenPipeError):
            if pipe is not None:
                pipe.write(f"{line}\n".encode())
                pipe.flush()


def main(lines: Iterable[str]) -> int:
    """Guard until the lines end; returns the exit code."""
    told: dict[str, list[str]] = {}
    for line in lines:
        word, *rest = line.split()
        told[word] = rest
    if "done" in told:
        return 0
    if "script" in told:
        end_process(*map(int, told["script"]))
    if "cluster" not in told:
        return 0
    from .. import main as command_line  # slow to load

    return command_line(["stop", *told["cluster"]])


def end_process(pid: int, started: int) -> None:
    """Have a process end, in order where it does so in time; returns when it has been told."""
    until = time.monotonic() + TERM_S
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(pid, started):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        while number == signal.SIGTERM and time.monotonic() < until and is_alive(pid, started):
            time.sleep(_LOOK_S)


if __name__ == "__main__":
    sys.exit(main(sys.stdin))
