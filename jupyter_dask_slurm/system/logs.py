"""The end of a log file, bounded in lines and in bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..protocol.errors import StorageUnavailable
from ..protocol.models import LogTail
from .faults import of_file

MAX_BYTES = 1_000_000


def tail(path: Path, lines: int) -> LogTail:
    """Return the last lines of a text file; one that is not there yet is empty.

    Raises
    ------
    StorageUnavailable
        If it cannot be read, or is anything but a plain file.
    """
    try:
        # Not blocking: a pipe in place of the log must not hang the server.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return LogTail(str(path), "")
    except OSError as error:
        raise StorageUnavailable(f"Cannot read {path}: {of_file(error)}") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StorageUnavailable(f"Cannot read {path}: it is not a plain file.")
        start = max(0, status.st_size - MAX_BYTES)
        file.seek(start)
        found = file.read(MAX_BYTES).splitlines(keepends=True)
    kept = found[-lines:] if lines else []
    truncated = start > 0 or len(kept) < len(found)
    return LogTail(str(path), b"".join(kept).decode("utf-8", errors="replace"), truncated)
