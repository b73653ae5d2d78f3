"""What stands at a path that a user has named, and who else can change it.

A path that cannot be looked at is not there: `pathlib` raises `PermissionError` until Python 3.13, and a
wrong path would become a fault of ours.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_EVERYBODY = "Everybody on this machine"


def is_there(path: Path | str) -> bool:
    """Return whether anything is there, as far as this user can see."""
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: Path | str) -> bool:
    """Return whether a directory is there, as far as this user can see."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path | str) -> bool:
    """Return whether a file is there, as far as this user can see."""
    return os.path.isfile(path)  # noqa: PTH113


@dataclass(frozen=True)
class Writer:
    """`who` can change `path`, which may be a directory above the one that was asked for."""

    path: Path
    who: str


def other_writer(path: Path) -> Writer | None:
    """Return the first who can, from the root down; None where it is this user and root alone.

    The group that is this user's own (of the same name, without other members) is nobody else. In a sticky
    directory such as ``/tmp`` others cannot replace what is not theirs, but can make what is missing.
    Blocks on the disk.
    """
    absolute = path.absolute()
    # A link in the way can be turned elsewhere by whoever writes its directory.
    above = {*absolute.parents, absolute, absolute.resolve(), *absolute.resolve().parents}
    for place in sorted(above, key=lambda one: len(one.parts)):
        with suppress(OSError):
            who = _who(place.stat()) if os.path.lexists(place) else _maker(place.parent.stat())
            if who is not None:
                return Writer(place, who)
    return None


def _maker(above: os.stat_result) -> str | None:
    """Return who else can make what is missing in a directory; None too where that was said of it already."""
    return _EVERYBODY if above.st_mode & stat.S_ISVTX and above.st_mode & stat.S_IWOTH else None


def _who(status: os.stat_result) -> str | None:
    if status.st_uid not in (0, os.geteuid()):
        return f"The user {_user(status.st_uid)}"
    if stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX:
        return None
    if status.st_mode & stat.S_IWOTH:
        return _EVERYBODY
    if status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid):
        return f"The group {_group(status.st_gid)}"
    return None


def _is_own_group(gid: int) -> bool:
    if gid == 0:
        return True
    with suppress(KeyError):
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
        return user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
    return False


def _user(uid: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def _group(gid: int) -> str:
    with suppress(KeyError):
        return grp.getgrgid(gid).gr_name
    return str(gid)
