"""Listens on each address of this host for the nodes that try to connect.

This host draws a challenge, the node says what it claims and proves that it has the check's key, this host
proves the same (`greeting.proof`). The key is never sent: who sees the traffic learns and forges nothing.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ...system.json_text import parse_json
from .greeting import proof

_LINE_LIMIT = 4096
_PATIENCE_S = 10.0
MOST_AT_ONCE = 200
"""So many connections are listened to at once: descriptors of this process are not for everybody to take.

Of more the oldest are closed, for a node of ours is heard within milliseconds.
"""


@dataclass(frozen=True)
class Greeting:
    """A node that connected; `ahead_s` is its clock minus ours, in seconds."""

    partition: str
    node: str
    address: str
    ahead_s: float


class Listener:
    """One listening port at each address; who does not have the key gets no answer.

    Parameters
    ----------
    key : bytes
        What jobs prove to have.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._servers: list[asyncio.Server] = []
        # In the order in which they came.
        self._open: dict[asyncio.StreamWriter, None] = {}
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
        self._open[writer] = None
        while len(self._open) > MOST_AT_ONCE:
            oldest = next(iter(self._open))
            del self._open[oldest]
            oldest.close()
        try:
            await asyncio.wait_for(self._hear(reader, writer), _PATIENCE_S)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, asyncio.TimeoutError):
            pass  # not one of ours
        finally:
            self._open.pop(writer, None)
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        challenge = secrets.token_hex(32)
        writer.write(challenge.encode() + b"\n")
        said, proven = parse_json(await reader.readline())
        if not hmac.compare_digest(proof(self._key, "node", challenge, said).encode(), proven.encode()):
            return
        claim = parse_json(said)
        here = writer.get_extra_info("sockname")
        if [claim["address"], claim["port"]] != [here[0], here[1]]:
            return  # it spoke to another address, and somebody passed that on
        ahead_s = float(claim["time"]) - time.time()
        if not math.isfinite(ahead_s):
            return
        self.greetings.append(Greeting(str(claim["partition"]), str(claim["node"]), here[0], ahead_s))
        writer.write(proof(self._key, "host", challenge, said).encode() + b"\n")
        await writer.drain()
