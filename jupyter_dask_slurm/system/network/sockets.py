"""What unix(7) says of sockets: how long their paths may be, and who is at the other end."""

from __future__ import annotations

import socket
import struct

LONGEST_PATH = 107
"""Bytes of a socket's path: ``sun_path`` holds 108 with its closing NUL."""
NOBODY = -1
"""The user id at the other end of a socket that is not connected."""


def peer_uid(connection: socket.socket) -> int:
    """Return the user id of the process at the other end (SO_PEERCRED); `NOBODY` where there is none."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return int(uid)
