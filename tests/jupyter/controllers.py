"""The controllers that a test has started, found among this machine's processes."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.system.processes import is_alive, start_time
from tests.slurm.client import wait_until

SMALL: dict[str, Any] = {"cores": 1, "processes": 1, "memory": "500 MB"}
"""Options of a cluster that any machine can hold."""


def end_controllers(shared: Path) -> None:
    """End the controllers of this test and wait for their end."""
    for pid in controllers(shared):
        _end(pid)


def controllers(shared: Path) -> list[int]:
    """Return the controllers of this test, also those that have written no record of theirs yet."""
    folder = os.fsencode(shared / "clusters")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # Workers on this machine have that folder in their command lines too, for their certificate.
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if any(word.startswith(folder) and word.endswith(b"/controller.pyz") for word in words):
                    found.append(int(entry.name))
    return found


def _end(pid: int) -> None:
    started = start_time(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)  # a test that failed may have left it frozen
    try:
        wait_until(lambda: not is_alive(pid, started), f"controller {pid} ends", timeout=60)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
