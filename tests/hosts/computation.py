"""A computation as a user's notebook on the login node runs it."""

from __future__ import annotations

import subprocess
import sys

from tests.hosts.network import Host

PIECES = 240
RIGHT = sum(number * number for number in range(PIECES))
# Two seconds in which pieces are done already, others run, and others wait, on each worker.
_PROGRAM = """
import sys, time
from jupyter_dask_slurm import connect

def piece(number):
    time.sleep(0.5)
    return number * number

with connect(sys.argv[1]) as client:
    pieces = client.map(piece, range(int(sys.argv[2])))
    while sum(future.done() for future in pieces) < 12:
        time.sleep(0.1)
    print("under way", flush=True)
    print(sum(client.gather(pieces)), flush=True)
"""


class Computation:
    """The sum of squares, each made slowly by a worker; under way when this has been made."""

    def __init__(self, host: Host, cluster_id: str) -> None:
        self._process = subprocess.Popen(
            [*host.wrapper, sys.executable, "-c", _PROGRAM, cluster_id, str(PIECES)],
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None or self._process.stdout.readline() != "under way\n":
            raise RuntimeError("The computation did not start.")

    def __enter__(self) -> Computation:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._process.poll() is not None

    def result(self, timeout: float) -> int:
        """Wait for the end and return what was computed."""
        return int(self._process.communicate(timeout=timeout)[0])
