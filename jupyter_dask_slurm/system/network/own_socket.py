"""A place for a unix socket of ours: a 0700 directory of its own on this machine's own disk."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..files import temporary_directory
from ..own_directory import prefix_beside, remove_own_directories, usual_places
from .sockets import LONGEST_PATH

SOCKET_PREFIX = "dask-slurm-"


def new_socket() -> str:
    """Return a path for the cluster's socket, in a new 0700 directory on this machine's own disk.

    Raises
    ------
    StorageUnavailable
        If no directory can be made there.
    """
    directory = temporary_directory(SOCKET_PREFIX)
    if len(os.fsencode(directory / "socket")) > LONGEST_PATH:
        directory.rmdir()
        directory = temporary_directory(SOCKET_PREFIX, short=True)
    return str(directory / "socket")


def remove_socket(path: str) -> None:
    """Remove a socket that `new_socket` named, with its directory and what its controller left beside it."""
    directory = Path(path).parent
    if not directory.name.startswith(SOCKET_PREFIX):
        return
    remove_own_directories(prefix_beside(Path(path)), [directory.parent, *usual_places(os.environ)])
    with suppress(OSError):
        Path(path).unlink(missing_ok=True)
        directory.rmdir()
