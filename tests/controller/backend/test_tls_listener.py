"""Who never finishes a TLS handshake is let go; with another user in test_unprivileged.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from distributed.comm.registry import backends

from jupyter_dask_slurm.controller.backend import handshakes, tls_listener
from jupyter_dask_slurm.controller.backend.base import security_from
from jupyter_dask_slurm.controller.backend.scheduler import ControllerScheduler
from jupyter_dask_slurm.launch.credentials import make_credentials


@asynccontextmanager
async def listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Give the port of a scheduler that listens so."""
    # As it was, afterwards.
    monkeypatch.setitem(backends, "tls", backends["tls"])
    tls_listener.install()
    security = security_from(make_credentials(tmp_path, "ocean-0000"))
    async with ControllerScheduler(security=security, host="0.0.0.0", port=0, protocol="tls://") as scheduler:
        yield scheduler.port


async def test_a_connection_that_says_nothing_is_closed_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "HANDSHAKE_LIMIT_S", 0.2)
    async with listening(tmp_path, monkeypatch) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()


async def test_of_too_many_the_oldest_of_the_host_with_most_gives_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshakes, "most_unfinished", lambda: 3)
    async with listening(tmp_path, monkeypatch) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        crowd = [
            await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0)) for _ in range(9)
        ]
        for oldest, _ in crowd[:7]:
            assert await asyncio.wait_for(oldest.read(), 30) == b""
        for kept in (reader, crowd[7][0], crowd[8][0]):
            assert not kept.at_eof()
        for _, end in (*crowd, (reader, writer)):
            end.close()
