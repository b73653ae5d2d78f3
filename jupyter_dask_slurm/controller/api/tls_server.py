"""HTTP over mutual TLS, for the Jupyter servers that its user has on other hosts.

It serves what the unix socket does, to nobody but who has the cluster's key, beside the scheduler's own port
and on the same address.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, SSLIOStream
from tornado.routing import Router

from ...protocol.models import Credentials, Endpoint
from ...system.network.mutual_tls import context_of
from ..backend.handshakes import Handshakes

logger = logging.getLogger(__name__)


class _PatientForNobody(HTTPServer):
    """Reads no byte of who does not finish the handshake, and does not wait for that without end."""

    def initialize(self, *arguments: Any, **keywords: Any) -> None:
        """Begin without any connection (called by tornado)."""
        super().initialize(*arguments, **keywords)
        self._handshakes = Handshakes()

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> Any:
        """Take a new connection in (called by tornado)."""
        return self._take(stream, address)

    async def _take(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if isinstance(stream, SSLIOStream) and await self._handshakes.finished(stream, str(address[0])):
            super().handle_stream(stream, address)


class TlsServer:
    """Serves `router` to other hosts.

    Parameters
    ----------
    credentials : Credentials
        The cluster's: what the server shows, and what it wants to see.
    host : str
        The address to listen on, at a port that is free.

    Raises
    ------
    OSError
        If there is no such address here, or the credentials cannot be read.
    """

    def __init__(self, router: Router, credentials: Credentials, host: str) -> None:
        context = context_of(credentials.cert, credentials.key, server=True)
        self._server = _PatientForNobody(router, ssl_options=context)
        listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setblocking(False)
        self._server.add_socket(listener)
        self.endpoint = Endpoint(host, listener.getsockname()[1])

    async def close(self) -> None:
        """Listen no longer, and close open connections."""
        self._server.stop()
        await self._server.close_all_connections()


def listen_for_other_hosts(router: Router, credentials: Credentials | None, host: str) -> TlsServer | None:
    """Return a server on the scheduler's address; None where no other host could use it.

    A cluster without one is reached from its own host alone, as it would be without other hosts: that ends
    nothing.
    """
    if credentials is None or _is_loopback(host):
        return None
    try:
        return TlsServer(router, credentials, host)
    except OSError as error:
        logger.warning("Not to be reached from other hosts: %s cannot be listened on: %s", host, error)
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"
