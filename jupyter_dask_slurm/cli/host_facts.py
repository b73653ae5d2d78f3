"""What this host does to processes that shall run for days: its limits, and what happens at logout."""

from __future__ import annotations

import os
import platform
import pwd
import re
import resource
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..system.installed_version import installed_version

_ETC = Path("/etc/systemd")
_LINGER = Path("/var/lib/systemd/linger")
_DISTRIBUTIONS = ("jupyter-server", "jupyterlab", "jupyter-server-proxy")
_FEW_PROCESSES = 200
_FEW_FILES = 1024
_LITTLE_MEMORY = 2 * 2**30


def host_facts() -> dict[str, Any]:
    """Return versions, limits, logind's settings, and sentences about what could end a controller."""
    limits = {
        "processes": _limit(resource.RLIMIT_NPROC),
        "open_files": _limit(resource.RLIMIT_NOFILE),
        "memory_bytes": _memory_limit(),
    }
    logind = logind_settings(_ETC)
    lingers = _lingers()
    return {
        "python": platform.python_version(),
        "versions": {"jupyter-dask-slurm": installed_version()}
        | {name: _version(name) for name in _DISTRIBUTIONS},
        "limits": limits,
        "logind": {**logind, "linger": lingers},
        "warnings": [*limit_warnings(limits), *logout_warnings(logind, lingers=lingers)],
    }


def logind_settings(etc: Path) -> dict[str, bool]:
    """Return what logind.conf(5) and its drop-ins set, or its defaults."""
    found = {"KillUserProcesses": False, "RemoveIPC": True}
    for path in (etc / "logind.conf", *sorted((etc / "logind.conf.d").glob("*.conf"))):
        with suppress(OSError):
            for name, value in re.findall(
                r"^\s*(\w+)\s*=\s*(\w+)", path.read_text(errors="replace"), re.MULTILINE
            ):
                if name in found:
                    found[name] = value.lower() in ("yes", "true", "on", "1")
    return found


def limit_warnings(limits: Mapping[str, int | None]) -> list[str]:
    """Return what is too little for a controller of a large cluster."""
    processes, files, memory = limits["processes"], limits["open_files"], limits["memory_bytes"]
    warnings = []
    if processes is not None and processes < _FEW_PROCESSES:
        warnings.append(f"You may have {processes} processes on this host (ulimit -u); threads count too.")
    if files is not None and files < _FEW_FILES:
        warnings.append(
            f"A process may open {files} files (ulimit -n); a scheduler needs one for each worker."
        )
    if memory is not None and memory < _LITTLE_MEMORY:
        warnings.append(
            f"A process may have {memory / 1e9:.2g} GB of memory here; a scheduler may need more."
        )
    return warnings


def logout_warnings(logind: dict[str, bool], *, lingers: bool) -> list[str]:
    """Return what happens to controllers when their user logs out."""
    if lingers:
        return []
    mend = "loginctl enable-linger keeps them."
    warnings = []
    if logind["KillUserProcesses"]:
        warnings.append(f"This host ends controllers when you log out (KillUserProcesses); {mend}")
    if logind["RemoveIPC"] and Path("/run/systemd/system").exists():
        warnings.append(
            f"This host removes shared memory when you log out (RemoveIPC), also of local clusters; {mend}"
        )
    return warnings


def _lingers() -> bool:
    try:
        return (_LINGER / pwd.getpwuid(os.geteuid()).pw_name).exists()
    except KeyError:  # a user without a name
        return False


def _limit(kind: int) -> int | None:
    soft, _hard = resource.getrlimit(kind)
    return None if soft == resource.RLIM_INFINITY else soft


def _memory_limit() -> int | None:
    """Return the lowest limit of address space and control group, in bytes."""
    limits = [_limit(resource.RLIMIT_AS), _limit(resource.RLIMIT_RSS)]
    for path in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        with suppress(OSError, ValueError):
            limits.append(int(path.read_text()))
    found = [limit for limit in limits if limit is not None and limit < 2**60]
    return min(found, default=None)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
