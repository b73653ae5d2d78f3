"""Slurm's commands against one Slurm, for tests."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.slurm.release import Release

# Said one by one: without, squeue shows for a moment also jobs that have just ended.
_NOT_ENDED = "PENDING,RUNNING,SUSPENDED,COMPLETING"


class SlurmCommandError(RuntimeError):
    """A Slurm command failed; the message has its stderr."""


class SlurmClient:
    """Speaks to the Slurm that a configuration file names.

    Parameters
    ----------
    conf : Path
        The file for ``SLURM_CONF``.
    wrapper : sequence of str
        Words before a command line that run it where slurmctld is reached.
    release : str
        Whose commands (`release.Release`).
    """

    def __init__(self, conf: Path, wrapper: Sequence[str] = (), release: str = "") -> None:
        self.conf = conf
        self._wrapper = wrapper
        self._release = Release(release)

    @property
    def env(self) -> dict[str, str]:
        """The present environment, with this Slurm instead of any other."""
        names = ("SLURM_", "SBATCH_", "SQUEUE_", "SCANCEL_", "SINFO_")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(names)}
        return clean | {"SLURM_CONF": str(self.conf), "PATH": self._release.path(os.environ["PATH"])}

    def run(self, *command: str, stdin: str | None = None, timeout: float = 30) -> str:
        """Run one command of Slurm's and return its stdout.

        Raises
        ------
        SlurmCommandError
            Where it fails.
        """
        done = subprocess.run(
            [*self._wrapper, *command], input=stdin, env=self.env, capture_output=True, text=True,
            timeout=timeout, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SlurmCommandError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def queue(self, fields: str, *, ended: bool = False) -> list[str]:
        """Return a line of `fields` (squeue's ``-o``) of each job that has not ended (`ended`: of all)."""
        states = "all" if ended else _NOT_ENDED
        return self.run("squeue", "-r", "-h", "-t", states, "-o", fields).splitlines()

    def jobs(self, *, ended: bool = False) -> dict[str, str]:
        """Return the state of each job that has not ended (`ended`: of all), by id (array: ``7_0``)."""
        return dict(row.split() for row in self.queue("%i %T", ended=ended))

    def jobs_of(self, cluster_id: str, *, ended: bool = False) -> dict[str, str]:
        """Return the same of one cluster's jobs, found by their names and not by what we say."""
        # A name may hold line breaks, and what follows them is no row.
        rows = (row.split(" ", 2) for row in self.queue("%i %T %j", ended=ended))
        mine = (row for row in rows if len(row) == 3 and row[2].startswith(f"jds-{cluster_id}-"))
        return {job_id: state for job_id, state, _ in mine}

    def cancel_all(self, timeout: float = 90) -> None:
        """Cancel every job of every user and wait until none is left."""
        running = list(self.jobs())
        if running:
            self.run("scancel", *running)
        wait_until(lambda: not self.jobs(), "no job is left in the queue", timeout)

    def node_down(self, node: str) -> None:
        """Declare a node down: its jobs end as NODE_FAIL or are requeued."""
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")

    def node_up(self, node: str) -> None:
        """Bring a node back and wait until jobs can start there."""
        self.run("scontrol", "update", f"NodeName={node}", "State=RESUME")
        wait_until(lambda: self.node_state(node) in ("idle", "mixed", "allocated"), f"{node} is back")

    def node_state(self, node: str) -> str:
        """Return the state of a node in sinfo's words."""
        return self.run("sinfo", "-h", "-N", "-n", node, "-o", "%T").splitlines()[0]


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 90, interval: float = 0.1) -> None:
    """Poll Slurm, which tells nobody by itself, until a condition holds.

    The longer it has taken, the longer are the pauses, up to half a second: each look takes CPU from what is
    waited for.

    Raises
    ------
    TimeoutError
        Naming `what` was waited for.
    """
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        if waited > timeout:
            raise TimeoutError(f"After {timeout:g} s still not: {what}")
        time.sleep(max(interval, min(0.5, 0.1 * waited)))
