"""HTTP on a unix socket that only this user reaches."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_unix_socket
from tornado.routing import Router

from ...system.files import make_private_directory
from ...system.network.sockets import LONGEST_PATH, peer_uid

logger = logging.getLogger(__name__)


class _OwnUserServer(HTTPServer):
    """Closes connections of other users before a byte is read."""

    def handle_stream(self, stream: IOStream, address: object) -> None:
        if peer_uid(stream.socket) != os.getuid():
            logger.warning("Refused a connection of another user to the control socket")
            stream.close()
            return
        super().handle_stream(stream, address)  # type: ignore[arg-type]


class UnixServer:
    """Serves `router` at the socket `path`; `heal` brings the socket back when somebody removed it.

    Raises
    ------
    ValueError
        Where `path` is too long for a unix socket.
    """

    def __init__(self, path: Path, router: Router) -> None:
        if len(os.fsencode(path)) > LONGEST_PATH:
            raise ValueError(f"{path} is longer than the {LONGEST_PATH} bytes of a unix socket's path")
        self._path = path
        self._router = router
        self._server: HTTPServer | None = None
        self._inode: int | None = None

    def listen(self) -> None:
        """Bind the socket (0600) in its directory (0700) and start to answer.

        Raises
        ------
        StorageUnavailable, OSError
            If that directory is somebody else's or open to others, or cannot be made.
        """
        make_private_directory(self._path.parent)
        listener = bind_unix_socket(str(self._path), mode=0o600)
        self._inode = self._path.stat().st_ino
        self._server = _OwnUserServer(self._router)
        self._server.add_socket(listener)

    def heal(self) -> None:
        """Bind again where the socket or its directory has disappeared."""
        try:
            present = self._path.stat().st_ino == self._inode
        except OSError:
            present = False
        if not present:
            logger.warning("The control socket %s was removed; making it again", self._path)
            self._forget_listener()
            self.listen()

    def _forget_listener(self) -> None:
        # Open connections live on in the old server; only its dead listener is dropped.
        if self._server is not None:
            self._server.stop()

    async def close(self) -> None:
        """Stop to listen, close open connections and remove the socket with its directory."""
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
        self._path.unlink(missing_ok=True)
        with suppress(OSError):
            # Made for this socket alone; what holds anything else stays.
            self._path.parent.rmdir()
