"""What a process runs inside, and ends with: a Slurm job, a service of systemd, somebody's session."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..system.beside_loop import CutShort, in_thread, run_to_end

CGROUP = Path("/proc/self/cgroup")
_ASK_TIMEOUT_S = 10.0
TERM_EARLY_S = 60
"""Slurm may tell a job so much sooner than it was asked to (sbatch(1), ``--signal``), in seconds."""
_TERM_BEFORE_S = 120
# "mixed" ends the rest of the group too, by SIGKILL (systemd.kill(5)).
_SPARES_OTHERS = ("process", "none")
_KILLS_AT_LOGOUT = (
    "busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1",
    "org.freedesktop.login1.Manager", "KillUserProcesses",
)  # fmt: skip


def term_before_s(walltime_s: float | None) -> int:
    """Return how long before its walltime a job of ours is to be told by SIGTERM, in seconds; pure.

    A quarter of a short one: else it would be told as soon as it begins.
    """
    return _TERM_BEFORE_S if walltime_s is None else int(min(_TERM_BEFORE_S, walltime_s / 4))


def job_id_in(environ: Mapping[str, str]) -> str | None:
    """Return the id of the job that set these variables (sbatch(1), OUTPUT ENVIRONMENT VARIABLES); pure.

    A shell of salloc(1) has such an id too, but not the name of a node: it runs beside its job, not in it.
    """
    if "SLURMD_NODENAME" not in environ:
        return None
    if "SLURM_ARRAY_JOB_ID" in environ and "SLURM_ARRAY_TASK_ID" in environ:
        return f"{environ['SLURM_ARRAY_JOB_ID']}_{environ['SLURM_ARRAY_TASK_ID']}"
    return environ.get("SLURM_JOB_ID")


def service_in(cgroup: str) -> str | None:
    """Return the unit that a ``/proc/<pid>/cgroup`` names last, if that is a service; pure.

    Not a user's own systemd (``user@1000.service``) and what runs in its scopes: that ends at logout.
    """
    unit = _path_in(cgroup).rpartition("/")[2]
    return unit if unit.endswith(".service") and not unit.startswith("user@") else None


def session_in(cgroup: str) -> str | None:
    """Return in which part of a user's slice a process runs: ``session`` or ``manager``; pure.

    None where it is in a service, or in no such slice.
    """
    path = _path_in(cgroup)
    if "/user.slice/" not in f"{path}/" or service_in(cgroup) is not None:
        return None
    return "manager" if "/user@" in path else "session"


async def service_that_ends_us(cgroup: Path = CGROUP) -> str | None:
    """Return the service that this process runs in, where that ends it too when it is stopped."""
    text = await in_thread(_read, cgroup)
    unit = service_in(text)
    if unit is None or await _kill_mode(unit, of_user="/user@" in text) in _SPARES_OTHERS:
        return None
    return unit


async def logout_ends_us(cgroup: Path = CGROUP) -> bool:
    """Return whether what this process starts ends when its user logs out; False where nobody tells.

    Of a session systemd ends all that is left where ``KillUserProcesses`` is set (logind.conf(5)). What a
    user's own systemd has started ends with that, unless it lingers (loginctl(1)).
    """
    where = session_in(await in_thread(_read, cgroup))
    if where == "session":
        return (await _answer(_KILLS_AT_LOGOUT)) == "b true"
    if where == "manager":
        user = str(os.geteuid())
        return (await _answer(("loginctl", "show-user", user, "--property=Linger", "--value"))) == "no"
    return False


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _path_in(cgroup: str) -> str:
    """Return the path of the control group in which systemd has a process."""
    for line in cgroup.splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "name=systemd") and path != "/":
            return path
    return ""


async def _kill_mode(unit: str, *, of_user: bool) -> str:
    """Return what happens to the other processes of a unit that ends; systemd's default if nobody tells."""
    user = ("--user",) if of_user else ()
    command = ("systemctl", *user, "show", "--property=KillMode", "--value", unit)
    return await _answer(command) or "control-group"


async def _answer(command: tuple[str, ...]) -> str:
    """Return what a command says; empty where it is not there, or fails."""
    try:
        # Not by `run`: a Slurm that cannot be asked is nothing to systemd.
        told = await run_to_end(command, timeout_s=_ASK_TIMEOUT_S, environment=os.environ)
    except (OSError, CutShort):
        return ""
    return "" if told.exit_code else told.stdout.decode(errors="replace").strip()
