"""Who a process is: host, boot, number and start time together; a number alone is used again.

Standard library only.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path


@cache
def hostname() -> str:
    """Return this machine's name, as records have it."""
    return socket.gethostname()


@cache
def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def boot_id() -> str:
    """Return what tells this boot of the machine from the others (``random(4)``); empty where unknown."""
    # Not remembered: a process that has no descriptor left now may have one again.
    with suppress(OSError):
        return _boot_id()
    return ""


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None if it does not run any more.

    It is field 22 of ``/proc/<pid>/stat`` (proc(5)); the name in field 2 may hold spaces and parentheses. A
    zombie has ended: only its parent has not taken notice yet.

    Raises
    ------
    OSError
        It cannot be found out: this process has no descriptor left, say.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


def is_alive(pid: int, started: int | None) -> bool:
    """Return whether the process that started at that time still runs on this machine.

    Where that cannot be found out it counts as alive: what is taken for dead loses its jobs.
    """
    try:
        found = start_time(pid)
    except OSError:
        return True
    return found is not None and (started is None or found == started)


def runs(script: Path) -> bool:
    """Return whether a process of this machine has the path of this script in its command line.

    Where that cannot be found out, it may: true.
    """
    name = os.fsencode(script)
    try:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                # It may have ended meanwhile; that of another user is none of ours.
                with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                    if name in (entry / "cmdline").read_bytes().split(b"\0"):
                        return True
    except OSError:
        return True
    return False


def own_start_time() -> int:
    """Return the start time of this process."""
    return start_time(os.getpid()) or 0
