"""The process tree below the supervising process, from /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends (Slurm's job steps detach themselves)."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(root: int | None = None) -> list[int]:
    """Return the process ids below `root` (default: this process), zombies not counted."""
    children: dict[int, list[int]] = {}
    for pid, parent in _living():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    waiting = [root or os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def end_descendants(grace_s: float = 5) -> None:
    """Ask all descendants to end, kill those that do not, and return when none is left."""
    started = time.monotonic()
    _send(descendants(), signal.SIGTERM)
    while remaining := descendants():
        if time.monotonic() - started > grace_s:
            _send(remaining, signal.SIGKILL)
        _reap()
        time.sleep(0.05)
    _reap()


def kill_jobs_of_node(node: str) -> None:
    """Kill the processes of the jobs of one virtual node, and the steps that would report their end."""
    mark = f"SLURMD_NODENAME={node}".encode()
    jobs = {pid for pid in descendants() if mark in _environment(pid)}
    steps = {parent for pid, parent in _living() if pid in jobs and parent != os.getpid()}
    _send([*(steps - jobs), *jobs], signal.SIGKILL)


def _living() -> list[tuple[int, int]]:
    """Return (process id, parent's id) of every process that is no zombie."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # After the command's closing parenthesis: state, parent, … (proc(5), /proc/pid/stat)
            state, parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                found.append((int(entry.name), int(parent)))
    return found


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
