"""Calls a node at its addresses: whether this host reaches a port there.

That is what a controller needs that runs in a job: Jupyter and its notebooks come to it. The node draws a
challenge, this host says which address it called and proves that it has the check's key, the node proves the
same (`greeting.proof`): whoever else answers there is not taken for it.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Sequence
from contextlib import suppress

from ...protocol.models import NetworkInterface
from .greeting import proof
from .report import Attempt

PATIENCE_S = 5.0
_LINE_LIMIT = 4096


async def call(key: bytes, interfaces: Sequence[NetworkInterface], port: int) -> tuple[Attempt, ...]:
    """Try all addresses of a node; return by which of its interfaces this host reaches it.

    Parameters
    ----------
    key : bytes
        What the node proves to have.
    """
    return tuple(await asyncio.gather(*(_try(key, found, port) for found in interfaces)))


async def _try(key: bytes, interface: NetworkInterface, port: int) -> Attempt:
    try:
        answers = await asyncio.wait_for(_is_answered(key, interface.address, port), PATIENCE_S)
        error = None if answers else "something else answers there"
    except asyncio.TimeoutError:
        error = "timed out"
    except (OSError, ValueError) as failure:
        error = str(failure)
    return Attempt(interface.name, interface.address, error is None, error)


async def _is_answered(key: bytes, address: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(address, port, limit=_LINE_LIMIT)
    try:
        challenge = (await reader.readline()).decode("latin-1").strip()
        said = json.dumps({"address": address, "port": port, "nonce": secrets.token_hex(16)})
        writer.write(json.dumps([said, proof(key, "caller", challenge, said)]).encode() + b"\n")
        heard = (await reader.readline()).strip()
        return hmac.compare_digest(heard, proof(key, "called", challenge, said).encode())
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
