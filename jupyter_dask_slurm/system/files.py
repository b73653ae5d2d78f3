"""Private files on a disk that may be shared (NFS) and may fill up.

Every directory is 0700 and every file 0600, ours and no symbolic link; whatever somebody else made
beforehand is refused. A file is replaced as a whole: written beside its place, flushed to the disk,
renamed, and the directory flushed, so that a reader sees the old text or the new one and never a half.
Nothing is locked, for locks on NFS can hang; each file has one writer.

Every `OSError` becomes `StorageUnavailable`, whose message names path and reason.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..protocol.errors import StorageUnavailable

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# Not blocking: opening a pipe that somebody put there must fail, not hang.
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


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
        reason = error.strerror or str(error)
        raise StorageUnavailable(f"Cannot {doing} {path}: {reason}.", details=str(error)) from error


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
    _check_owner(path, status)
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
            beside.replace(path)
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


def read_private(path: Path) -> bytes:
    """Read a file of ours.

    Raises
    ------
    FileNotFoundError
        If there is none: that is an answer, not a fault of the disk.
    StorageUnavailable
        If it cannot be read, belongs to somebody else, or is a link or anything but a plain file.
    """
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageUnavailable(f"Cannot read {path}: {error.strerror}.", details=str(error)) from error
    with storage_errors(path, "read"), os.fdopen(descriptor, "rb") as file:
        _check_file(path, os.fstat(descriptor))
        return file.read()


def read_json(path: Path) -> Any:
    """Read a private file as JSON.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is not JSON in UTF-8 (truncated, or not by us): the caller sets it aside.
    StorageUnavailable
        If it cannot be read or is not ours.
    """
    return json.loads(read_private(path).decode("utf-8"))


def read_json_lines(path: Path) -> list[Any]:
    """Read what `append_json_line` wrote, oldest first; a missing file is empty.

    Lines that are not JSON are left out: a crash may have cut the last one short.

    Raises
    ------
    StorageUnavailable
        If it cannot be read or is not ours.
    """
    try:
        lines = read_private(path).splitlines()
    except FileNotFoundError:
        return []
    values = []
    for line in lines:
        with suppress(ValueError):
            values.append(json.loads(line))
    return values


def _write_new(path: Path, data: str | bytes) -> None:
    descriptor = os.open(path, _NEW_FILE, 0o600)
    try:
        _write_all(descriptor, data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
        # Without it a quota or a full NFS server would be noticed after the rename, or never.
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        raise StorageUnavailable(f"Cannot use {path}: it is not a plain file.")
    _check_owner(path, status)


def _check_owner(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise StorageUnavailable(f"Cannot use {path}: it belongs to another user (uid {status.st_uid}).")
