"""Who else can write where: asked before a directory is made there, and before Python imports from there.

Every directory on the way counts, links followed one by one: who can write one of them can put something
else in the place of what it holds, unless its sticky bit keeps what belongs to others (chmod(1)). Standard
library only, and nothing else of this package: it runs in jobs too (`controller.backend.worker_archive`).
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MOST_LINKS = 40  # as the kernel has it: path_resolution(7)
_WHOLE_HOST = "4294967295"


@dataclass(frozen=True)
class _Step:
    """A directory on the way to a path: its status, and that of what it holds of the way (None: nothing)."""

    directory: Path
    status: os.stat_result
    name: str
    held: os.stat_result | None


@dataclass(frozen=True)
class _Way:
    """All steps to a path, and what stands at its end (None: it is missing)."""

    steps: tuple[_Step, ...]
    end: Path
    status: os.stat_result | None


def working_directory() -> Path:
    """Return this process's, or the root where somebody has removed it."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def problem_of_place(path: Path) -> str | None:
    """Return why a directory that is made in `path` by ``mkdtemp`` could be taken over; None where it cannot.

    Each directory must belong to the user or root, and be writable by nobody else, unless it is sticky, as
    ``/tmp`` is. What is missing yet is no problem.

    Returns
    -------
    str or None
        Half a sentence, such as ``"/scratch can be written by others (its mode is 0777)"``.
    """
    try:
        way = _way(path)
    except OSError as error:
        return f"{path} cannot be looked at: {error.strerror}"
    problem = _first_problem(way)
    if problem is None and way.status is not None:
        problem = _owner_problem(way.end, way.status)
        if problem is None and _others_write(way.end, way.status) and not _is_sticky(way.status):
            problem = _writable(way.end, way.status)
    return problem


def problem_of_folder(path: Path) -> str | None:
    """Return why Python must not import from a folder of the user's; None where nobody else can write it.

    It belongs to the user, and neither it nor the compiled modules in it can be written by others.
    """
    problem = problem_of_place(path)
    if problem is not None:
        return problem
    for folder in (path, path / "__pycache__"):
        try:
            status = folder.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"{folder} cannot be looked at: {error.strerror}"
        if status.st_uid != os.geteuid():
            return f"{folder} belongs to another user (uid {status.st_uid})"
        if _others_write(folder, status):
            return _writable(folder, status)
    return None


def problem_with_anybody(path: Path) -> str | None:
    """Return how anybody at all could put something at `path`; None where nobody can but who was trusted.

    For what the user or the site has named: whose it is, and which group writes it, is their choice.
    """
    try:
        way = _way(path)
    except OSError:
        return None  # nor can anything be read there
    for step in way.steps:
        if step.status.st_mode & stat.S_IWOTH:
            if not _is_sticky(step.status):
                return _writable(step.directory, step.status)
            if step.held is None:
                return f"{step.directory / step.name} is missing, and anybody can make it"
            if step.held.st_uid not in (0, os.geteuid()):
                return f"{step.directory / step.name} belongs to another user (uid {step.held.st_uid})"
    if way.status is not None and way.status.st_mode & stat.S_IWOTH:
        return _writable(way.end, way.status)
    return None


def _way(path: Path) -> _Way:
    rest = list((path if path.is_absolute() else working_directory() / path).parts[1:])
    current, steps, links = Path("/"), [], 0
    while rest:
        name = rest.pop(0)
        if name == "..":
            current = current.parent
            continue
        status = current.stat()
        try:
            held = (current / name).lstat()
        except FileNotFoundError:
            steps.append(_Step(current, status, name, None))
            return _Way(tuple(steps), current / name, None)
        steps.append(_Step(current, status, name, held))
        if not stat.S_ISLNK(held.st_mode):
            current = current / name
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = (current / name).readlink()
        current = Path("/") if target.is_absolute() else current
        rest[:0] = target.parts[target.is_absolute() :]
    return _Way(tuple(steps), current, current.stat())


def _first_problem(way: _Way) -> str | None:
    for step in way.steps:
        problem = _owner_problem(step.directory, step.status)
        if problem is not None:
            return problem
        if _others_write(step.directory, step.status):
            if not _is_sticky(step.status):
                return _writable(step.directory, step.status)
            if step.held is not None and step.held.st_uid not in (0, os.geteuid()):
                return f"{step.directory / step.name} belongs to another user (uid {step.held.st_uid})"
    return None


def _owner_problem(path: Path, status: os.stat_result) -> str | None:
    if status.st_uid in (0, os.geteuid(), _unmapped_uid()):
        return None
    return f"{path} belongs to another user (uid {status.st_uid})"


def _writable(path: Path, status: os.stat_result) -> str:
    return f"{path} can be written by others (its mode is {stat.S_IMODE(status.st_mode):04o})"


def _is_sticky(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and bool(status.st_mode & stat.S_ISVTX)


def _others_write(path: Path, status: os.stat_result) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not (_is_own_group(status.st_gid) and not _has_acl(path))


def _has_acl(path: Path) -> bool:
    """Return whether others have rights that the mode shows as the group's: acl(5)."""
    try:
        return "system.posix_acl_access" in os.listxattr(path)
    except OSError:
        return False


@cache
def _is_own_group(gid: int) -> bool:
    """Return whether a group has no other member: some systems give each user one, and a umask of 002."""
    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    alone = set(group.gr_mem) <= {user.pw_name}
    return os.geteuid() != 0 and gid == user.pw_gid and group.gr_name == user.pw_name and alone


@cache
def _unmapped_uid() -> int | None:
    """Return the id that root's directories have in a container that knows few users; None outside of one."""
    try:
        mapped = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
        if mapped[2:] == [_WHOLE_HOST]:
            return None
        return int(Path("/proc/sys/kernel/overflowuid").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
