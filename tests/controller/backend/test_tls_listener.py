"""Who never finishes a TLS handshake is let go; with another user in test_unprivileged.py."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from distributed import Scheduler
from distributed.comm.registry import backends

from jupyter_dask_slurm.controller.backend import tls_listener
from jupyter_dask_slurm.controller.backend.base import security_from
from jupyter_dask_slurm.launch.credentials import make_credentials


async def test_a_connection_that_says_nothing_is_closed_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_listener, "HANDSHAKE_LIMIT_S", 0.2)
    # As it was, afterwards.
    monkeypatch.setitem(backends, "tls", backends["tls"])
    tls_listener.install()
    security = security_from(make_credentials(tmp_path, "ocean-0000"))
    async with Scheduler(
        security=security, host="127.0.0.1", port=0, protocol="tls://", dashboard=False
    ) as scheduler:
        reader, writer = await asyncio.open_connection("127.0.0.1", scheduler.port)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()
