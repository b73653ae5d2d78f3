"""The scheduler's port, which waits for nobody's handshake without end (see `handshakes`)."""

from __future__ import annotations

from typing import Any

from distributed.comm.registry import backends
from distributed.comm.tcp import TLSBackend, TLSListener
from tornado.iostream import SSLIOStream

from .handshakes import Handshakes


class ImpatientListener(TLSListener):
    """Listens as Dask does, but closes connections that do not finish their handshake."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._handshakes = Handshakes()

    async def _prepare_stream(self, stream: SSLIOStream, address: str) -> SSLIOStream | None:
        """Return the stream after its handshake, None where there was none (called by Dask)."""
        return stream if await self._handshakes.finished(stream, address.rpartition(":")[0]) else None


class ImpatientBackend(TLSBackend):
    """What Dask finds for ``tls://`` once `install` was called."""

    _listener_class = ImpatientListener


def install() -> None:
    """Have all TLS listeners of this process, made from now on, be such."""
    backends["tls"] = ImpatientBackend()
