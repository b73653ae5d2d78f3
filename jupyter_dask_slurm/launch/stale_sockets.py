"""Removes directories of sockets whose Jupyter was killed before it could write down that it made them."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ..system.network.own_socket import SOCKET_PREFIX, remove_socket
from ..system.own_directory import own_directories

OLD_S = 3600.0
"""Younger ones may be of a cluster that is just being made, in seconds."""


def remove_stale_sockets(places: tuple[str, ...] = ()) -> list[Path]:
    """Remove those of this user behind which nobody listens; returns what is gone. Blocks on the disk.

    Parameters
    ----------
    places : tuple of str, optional
        The folders to look in; by default those in which `new_socket` makes them.
    """
    gone = []
    for directory in _ours(places or (tempfile.gettempdir(), "/tmp")):  # noqa: S108  nothing is made there
        path = directory / "socket"
        if not _is_answered(path):
            # What holds anything else stays.
            remove_socket(str(path))
            gone += [] if directory.exists() else [directory]
    return gone


def _ours(places: tuple[str, ...]) -> Iterator[Path]:
    for place in dict.fromkeys(places):
        for directory in own_directories(SOCKET_PREFIX, Path(place)):
            with suppress(OSError):
                # Also from the future, where the clock was set back.
                if abs(time.time() - directory.lstat().st_mtime) > OLD_S:
                    yield directory


def _is_answered(path: Path) -> bool:
    """Return whether a process may listen: everything but a plain "no" counts, a full queue too."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True
        return True
