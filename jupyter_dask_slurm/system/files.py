"""Private files on a disk that may be shared (NFS) and may fill up.

Every directory is 0700 and every file 0600, ours and no symbolic link; whatever somebody else made
beforehand is refused. A file is replaced as a whole: written beside its place, flushed to the disk,
renamed, and the directory flushed, so that a reader sees the old text or the new one and never a half.
Nothing is locked, for locks on NFS can hang; each file has one writer.

Every `OSError` becomes `StorageUnavailable`, whose message names path and reason. What will not be better
when it is read again (no plain file, not ours, too large, no JSON) is `FileDamaged`; see `set_aside`.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from ..protocol.errors import FileDamaged, StorageUnavailable
from .faults import of_file
from .json_text import parse_json
from .own_directory import LAST_RESORT, make_own_directory, usual_places

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking: opening a pipe that somebody put there must fail, not hang.
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
# What open(2) says of links that are not followed, sockets, devices without a driver, and files for folders.
_NOT_PLAIN = frozenset({errno.ELOOP, errno.ENXIO, errno.ENODEV, errno.ENOTDIR, errno.EISDIR})

MOST_BYTES = 64 * 2**20
"""Larger files are not read: no file of ours is, and a mistake shall not fill the memory."""


@contextmanager
def storage_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn an `OSError` into a sentence: ``Cannot <doing> <path>: <reason>``.

    Raises
    ------
    StorageUnavailable
        In place of the `OSError`, which stays its cause.
    """
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(f"Cannot {doing} {path}: {of_file(error)}", details=str(error)) from error


def make_private_directory(path: Path) -> Path:
    """Make a directory that only we can enter, or check that the existing one is such; returns `path`.

    Parents that are missing are made 0700 too; existing parents are left as they are.

    Raises
    ------
    StorageUnavailable
        If it cannot be made, or if it belongs to somebody else, is a symbolic link or is open to others.
    """
    with storage_errors(path, "make the directory"):
        for missing in reversed([path, *path.parents]):
            if not missing.exists():
                # Another process of ours may be doing the same: being second is no error.
                with suppress(FileExistsError):
                    missing.mkdir(mode=0o700)
    check_private_directory(path)
    return path


def temporary_directory(prefix: str, *, short: bool = False) -> Path:
    """Make a 0700 directory on this machine's own disk, where nobody can take it over.

    Parameters
    ----------
    short : bool
        Whether its path must be short: then ``TMPDIR`` is not asked.

    Raises
    ------
    StorageUnavailable
        If none can be made.
    """
    places = [Path(LAST_RESORT)] if short else usual_places(os.environ)
    reasons: list[str] = []
    try:
        return make_own_directory(prefix, places, reasons.append)
    except OSError as error:
        raise StorageUnavailable(f"{error}.", details=" ".join(reasons)) from error


def check_private_directory(path: Path) -> None:
    """Check that `path` is a directory of ours, no symbolic link, and closed to everybody else.

    Raises
    ------
    StorageUnavailable
        If it is anything else; nothing is changed.
    """
    with storage_errors(path, "use the directory"):
        status = path.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise StorageUnavailable(f"Cannot use {path}: it is not a directory (a link or a file stands there).")
    _check_owner(path, status, StorageUnavailable)
    if status.st_mode & 0o077:
        mode = stat.S_IMODE(status.st_mode)
        raise StorageUnavailable(
            f"Cannot use {path}: others may enter it (mode {mode:04o}). Run: chmod 700 {path}"
        )


def write_private(path: Path, data: str | bytes) -> None:
    """Write a 0600 file as a whole: new beside its place, flushed, renamed over the old one.

    Raises
    ------
    StorageUnavailable
        If the disk refuses; the old file, if any, is then still whole.
    """
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    with storage_errors(path, "write"):
        try:
            _write_new(beside, data)
            _put(beside, path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise
        _flush_directory(path.parent)


def create_private(path: Path, data: str | bytes) -> None:
    """Write a 0600 file that must not exist yet.

    Raises
    ------
    StorageUnavailable
        If the disk refuses or something stands there already.
    """
    with storage_errors(path, "make"):
        _write_new(path, data)
        _flush_directory(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write plain JSON values as a private file; see `write_private`."""
    write_private(path, json.dumps(value, indent=1) + "\n")


def append_json_line(path: Path, value: Any) -> None:
    """Append one line of JSON to a private file, made if it is missing.

    A line that did not fit on the disk is taken back, so that the next one starts a line of its own.

    Raises
    ------
    StorageUnavailable
        If the disk refuses, or if the file belongs to somebody else.
    """
    line = (json.dumps(value) + "\n").encode("ascii")
    with storage_errors(path, "append to"):
        descriptor = os.open(path, _APPEND, 0o600)
        try:
            before = os.fstat(descriptor)
            _check_file(path, before)
            try:
                _write_all(descriptor, line)
            except OSError:
                os.ftruncate(descriptor, before.st_size)
                raise
        finally:
            os.close(descriptor)


def read_private(path: Path, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a file of ours.

    Raises
    ------
    FileNotFoundError
        If there is none: that is an answer, not a fault of the disk.
    FileDamaged
        If it is longer, belongs to somebody else, or is a link or anything but a plain file.
    StorageUnavailable
        If the disk does not give it now.
    """
    with open_plain(path, os.O_NOFOLLOW) as file:
        _check_owner(path, os.fstat(file.fileno()))
        return read_all(path, file, most_bytes)


def is_plain(path: Path) -> bool:
    """Return whether a plain file of this user stands there; False too where the disk does not say."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()


def read_foreign(path: Path, *, most_bytes: int = MOST_BYTES) -> bytes:
    """Read a file that others may have made, and may be named by a link; raises as `read_private`."""
    with open_plain(path) as file:
        return read_all(path, file, most_bytes)


def read_json(path: Path) -> Any:
    """Read a private file as JSON; see `json_text.parse_json`.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FileDamaged
        If it is not JSON in UTF-8 (truncated, or not by us), or as `read_private`.
    StorageUnavailable
        If the disk does not give it now.
    """
    data = read_private(path)
    try:
        return parse_json(data)
    except ValueError as error:
        raise FileDamaged(f"Cannot use {path}: it {error}.") from None


def read_lines(path: Path, *, most_bytes: int = MOST_BYTES // 4) -> list[bytes]:
    """Read the lines that `append_json_line` wrote, oldest first; of a longer file those at its end.

    A last line that a crash has cut short is left out; a missing file has none. Raises as `read_private`.
    """
    try:
        with open_plain(path, os.O_NOFOLLOW) as file:
            status = os.fstat(file.fileno())
            _check_owner(path, status)
            start = max(0, status.st_size - most_bytes)
            with storage_errors(path, "read"):
                file.seek(start)
                lines = file.read(most_bytes).split(b"\n")
    except FileNotFoundError:
        return []
    return lines[1 if start else 0 : -1]


def read_json_lines(path: Path) -> list[Any]:
    """Read what `append_json_line` wrote, oldest first; lines that are not JSON are left out."""
    values = []
    for line in read_lines(path):
        with suppress(ValueError):
            values.append(parse_json(line))
    return values


@contextmanager
def open_plain(path: Path, more_flags: int = 0) -> Iterator[BinaryIO]:
    """Open a plain file for reading; whatever else stands in its place is refused and not waited for.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FileDamaged
        If a directory, a pipe, a device or the like stands there.
    StorageUnavailable
        If it cannot be opened.
    """
    try:
        descriptor = os.open(path, _READ | more_flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        kind = FileDamaged if error.errno in _NOT_PLAIN else StorageUnavailable
        raise kind(f"Cannot read {path}: {of_file(error)}", details=str(error)) from error
    except ValueError:  # a NUL in the path
        raise FileDamaged("Cannot read a file whose path holds a NUL.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileDamaged(f"Cannot use {path}: it is not a plain file.")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def read_all(path: Path, file: BinaryIO, most_bytes: int = MOST_BYTES) -> bytes:
    """Read what `open_plain` has opened; raises `FileDamaged` if it is larger."""
    with storage_errors(path, "read"):
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise FileDamaged(f"Cannot use {path}: it is larger than {most_bytes // 2**20} MiB.")
    return data


def _write_new(path: Path, data: str | bytes) -> None:
    descriptor = os.open(path, _NEW_FILE, 0o600)
    try:
        _write_all(descriptor, data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
        # Without it a quota or a full NFS server would be noticed after the rename, or never.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put(beside: Path, path: Path) -> None:
    """Rename a file over another; a directory that stands in its place is moved out of the way."""
    try:
        beside.replace(path)
    except IsADirectoryError:
        path.rename(path.with_name(f"{path.name}.damaged.{os.urandom(4).hex()}"))
        beside.replace(path)


def _write_all(descriptor: int, data: bytes) -> None:
    written = 0
    while written < len(data):
        written += os.write(descriptor, data[written:])


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise FileDamaged(f"Cannot use {path}: it is not a plain file.")
    _check_owner(path, status)


def _check_owner(path: Path, status: os.stat_result, kind: type[StorageUnavailable] = FileDamaged) -> None:
    if status.st_uid != os.geteuid():
        raise kind(f"Cannot use {path}: it belongs to another user (uid {status.st_uid}).")
