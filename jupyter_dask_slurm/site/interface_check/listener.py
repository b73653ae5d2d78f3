"""Listens on each address of this host for the nodes that try to connect."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

_LINE_LIMIT = 4096
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class Greeting:
    """A node that connected; `ahead_s` is its clock minus ours, in seconds."""

    partition: str
    node: str
    address: str
    ahead_s: float


class Listener:
    """One listening port at each address; who does not know the nonce gets no answer.

    Parameters
    ----------
    nonce : str
        What jobs say to be known.
    """

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._servers: list[asyncio.Server] = []
        self.addresses: list[tuple[str, int]] = []
        self.greetings: list[Greeting] = []

    async def open(self, addresses: Sequence[str]) -> None:
        """Listen; an address that cannot be had is left out, and counts as not reached."""
        for address in addresses:
            try:
                server = await asyncio.start_server(self._greet, address, 0, limit=_LINE_LIMIT)
            except OSError:
                continue
            self._servers.append(server)
            self.addresses.append((address, server.sockets[0].getsockname()[1]))

    async def close(self) -> None:
        """Listen no longer."""
        for server in self._servers:
            server.close()
        await asyncio.gather(*(server.wait_closed() for server in self._servers))

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            said = json.loads(await asyncio.wait_for(reader.readline(), _PATIENCE_S))
            if said["nonce"] == self._nonce:
                address = writer.get_extra_info("sockname")[0]
                ahead_s = float(said["time"]) - time.time()
                self.greetings.append(Greeting(str(said["partition"]), str(said["node"]), address, ahead_s))
                writer.write(b"ok")
                await writer.drain()
        except (OSError, ValueError, KeyError, TypeError, asyncio.TimeoutError):
            pass  # not one of ours
        finally:
            writer.close()
