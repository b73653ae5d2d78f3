"""A unix socket of ours that leads, over mutual TLS, to a controller on another host.

What speaks only to unix sockets, as the proxy of the dashboards does, reaches it so.
"""

from __future__ import annotations

import asyncio
import logging
import os

from ...protocol.errors import MachineFault
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ...system.network.own_socket import new_socket, remove_socket
from ...system.network.sockets import peer_uid
from .channel import TlsChannel

log = logging.getLogger(__name__)

CONNECT_S = 10.0
CHUNK_BYTES = 256 * 1024


class Forwarder:
    """A unix socket that leads to a controller on another host: bytes pass, both ways, while it is open.

    Parameters
    ----------
    channel : TlsChannel
        Where to; each connection here is one there.
    """

    def __init__(self, channel: TlsChannel) -> None:
        self.channel = channel
        self._path: str | None = None
        self._server: asyncio.AbstractServer | None = None
        self._passing = Background()
        self._opening = asyncio.Lock()

    async def socket(self) -> str:
        """Return the path of the socket (0600, in a 0700 directory).

        It is opened the first time, and anew where somebody has removed it; what it passes on goes on.

        Raises
        ------
        MachineFault, StorageUnavailable
            If it cannot be made.
        """
        async with self._opening:
            if self._path is not None and not await in_thread(os.path.lexists, self._path):
                self._listen_no_longer()
            if self._path is None:
                self._path = await self._open()
            return self._path

    def _listen_no_longer(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._path = None

    async def _open(self) -> str:
        path = await in_thread(new_socket)
        try:
            # Its directory is 0700 from the moment on that it is there.
            self._server = await asyncio.start_unix_server(self._take, path)
            await in_thread(os.chmod, path, 0o600)
        except OSError as error:
            await in_thread(remove_socket, path)
            raise MachineFault("A socket for the dashboards cannot be made.", details=str(error)) from error
        return path

    async def close(self) -> None:
        """Listen no longer, and pass on nothing more."""
        path = self._path
        self._listen_no_longer()
        await self._passing.end()
        if path is not None:
            await in_thread(remove_socket, path)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._passing.begin(self._pass_on(reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if peer_uid(writer.get_extra_info("socket")) == os.geteuid():
                await self._both_ways(reader, writer)
        except (OSError, asyncio.TimeoutError) as error:
            log.info("Nothing comes from %s: %s", self.channel.url, error)
        finally:
            writer.close()

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        endpoint, context = self.channel.endpoint, self.channel.context
        connecting = asyncio.open_connection(endpoint.host, endpoint.port, ssl=context)
        far_reader, far_writer = await asyncio.wait_for(connecting, CONNECT_S)
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on until there is an end of it, and say that there is; no faster than it is taken.

    Both sides speak HTTP and close no half of a connection: so the end of one way is that of the other.
    """
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except OSError as error:
        log.debug("A connection was broken off: %s", error)
    finally:
        writer.close()
