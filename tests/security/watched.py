"""What everybody on the machine, or Slurm, gets to see of a user's processes while they run."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.slurm.client import SlurmClient, SlurmCommandError

_NOT_OURS = ("jupyter_server", "jupyter_dask_slurm.cli", "npm ", "node ")
"""These the user has started, in an environment of the user's, or Jupyter itself."""


@dataclass
class Watched:
    """Command lines and environments of all processes of a test's user; the scripts of all jobs.

    `keys` are the secrets that were found in files on the way, in each form in which they could be shown.
    """

    argvs: set[str] = field(default_factory=set)
    environments: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    def everything(self) -> Iterator[tuple[str, str]]:
        """Yield where something was seen, and what."""
        for argv in self.argvs:
            yield "command line", argv
        for argv, environment in self.environments.items():
            yield f"environment of {argv}", environment
        for job, script in self.scripts.items():
            yield f"script of job {job}", script


@contextmanager
def watching(shared: Path, slurm: SlurmClient) -> Iterator[Watched]:
    """Look at everything again and again, as somebody patient would."""
    watched = Watched()
    over = threading.Event()
    looks: list[Callable[[], None]] = [
        lambda: _look_at_processes(watched),
        lambda: _look_at_files(watched, shared),
        lambda: _look_at_jobs(watched, slurm),
    ]
    watchers = [threading.Thread(target=_again_and_again, args=(over, look), daemon=True) for look in looks]
    for watcher in watchers:
        watcher.start()
    try:
        yield watched
    finally:
        over.set()
        for watcher in watchers:
            watcher.join()


def _again_and_again(over: threading.Event, look: Callable[[], None]) -> None:
    while not over.wait(0.02):
        look()


def _look_at_processes(watched: Watched) -> None:
    home = f"HOME={os.environ['HOME']}\0"
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            argv = " ".join(process.cmdline())
            environment = Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace")
            if argv != " ".join(process.cmdline()) or process.ppid() == os.getpid():
                continue  # between fork and exec it is still another program's; or it is this test's own
            if home in environment and not any(word in f"{argv} " for word in _NOT_OURS):
                watched.argvs.add(argv)
                watched.environments[argv] = environment


def _look_at_files(watched: Watched, shared: Path) -> None:
    for path in (*shared.glob("clusters/*/key.pem"), *shared.glob("checks/*/key")):
        with suppress(OSError):
            content = path.read_bytes()
            if path.suffix == ".pem":
                watched.keys.update(content.decode().splitlines()[1:-1])
            elif content:
                watched.keys |= {content.hex(), base64.b64encode(content).decode()}


def _look_at_jobs(watched: Watched, slurm: SlurmClient) -> None:
    for job in slurm.jobs():
        if job not in watched.scripts:
            with suppress(SlurmCommandError):
                watched.scripts[job] = slurm.run("scontrol", "write", "batch_script", job, "-")
