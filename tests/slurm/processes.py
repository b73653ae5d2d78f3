"""The process tree below the supervising process, from /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36


class _Process(NamedTuple):
    pid: int
    command: str
    state: str
    parent: int
    session: int


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends (Slurm's job steps detach themselves)."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def descendants(spare: Collection[int] = ()) -> list[int]:
    """Return the process ids below this process, zombies not counted, nor `spare` and what is below those."""
    children: dict[int, list[int]] = {}
    for process in _processes():
        if process.state != "Z" and process.pid not in spare:
            children.setdefault(process.parent, []).append(process.pid)
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def job_steps() -> set[int]:
    """Return the process ids of the Slurm processes from which those of jobs descend."""
    return {process.pid for process in _processes() if process.command.startswith("slurmstepd")}


def reap_orphans(daemons: Collection[int]) -> None:
    """Take note of the end of adopted processes, so that they do not stay as zombies.

    Adopted are those of another session than ours that are none of our daemons; the others' ends are
    waited for where they were started.
    """
    for process in _processes():
        adopted = process.parent == os.getpid() and process.session != os.getsid(0)
        if adopted and process.state == "Z" and process.pid not in daemons:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, os.WNOHANG)


def end_descendants(grace_s: float, spare: Collection[int] = ()) -> None:
    """Ask all descendants to end, kill those that do not, and return when none is left."""
    started = time.monotonic()
    _send(descendants(spare), signal.SIGTERM)
    while remaining := descendants(spare):
        if time.monotonic() - started > grace_s:
            _send(remaining, signal.SIGKILL)
        time.sleep(0.05)


def kill_jobs_of_node(node: str) -> None:
    """Kill the processes of the jobs of one virtual node, and the steps that would report their end."""
    mark = f"SLURMD_NODENAME={node}".encode()
    jobs = {pid for pid in descendants() if mark in _environment(pid)}
    steps = {process.parent for process in _processes() if process.pid in jobs} - {os.getpid()}
    _send([*(steps - jobs), *jobs], signal.SIGKILL)


def _processes() -> Iterator[_Process]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            # "4711 (command) state parent group session …": proc(5), /proc/pid/stat
            before, _, after = (entry / "stat").read_text(errors="replace").rpartition(")")
            state, parent, _, session = after.split()[:4]
            yield _Process(int(entry.name), before.partition("(")[2], state, int(parent), int(session))


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
