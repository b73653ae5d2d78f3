"""The ways to a controller: its unix socket on this host, mutual TLS from another one.

Whichever it is, only a process of this user can be at the other end: the kernel tells whose process has the
socket, and the cluster's key is in a directory that only its user reads.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import aiohttp

from ...protocol.errors import ControllerUnreachable
from ...protocol.models import Endpoint, Record
from ...registry import is_here
from ...system.network.mutual_tls import context_of
from ...system.network.sockets import NOBODY, peer_uid

if TYPE_CHECKING:
    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


class Channel(Protocol):
    """A way on which one controller is reached.

    Attributes
    ----------
    name : str
        As `ControllerInfo.channel` tells it.
    url : str
        The address of the controller's root, without a slash at its end.
    """

    @property
    def name(self) -> Literal["socket", "tls"]: ...  # noqa: D102 - told above
    @property
    def url(self) -> str: ...  # noqa: D102 - told above

    def connector(self, *, asks_only: bool) -> aiohttp.BaseConnector:
        """Return what makes connections.

        Parameters
        ----------
        asks_only : bool
            Whether it does no harm if one that is used again is closed at that moment: nothing is changed by
            what goes over them, or it is sent again under the same key.
        """
        ...


class _OwnPeers(aiohttp.UnixConnector):
    """Connects only to processes of this user."""

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:
        """Connect, and ask the kernel whose process is on the other side (SO_PEERCRED of unix(7))."""
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("socket") if transport is not None else None
        uid = peer_uid(peer) if peer is not None else NOBODY
        if uid != os.geteuid():
            connection.close()
            if uid == NOBODY:  # the queue of a controller that takes nobody in is full
                raise ControllerUnreachable("The cluster's controller does not answer.")
            raise ControllerUnreachable(
                "Another user's process listens in place of the cluster's controller."
            )
        return connection


@dataclass(frozen=True)
class SocketChannel:
    """The unix socket at `path`."""

    path: str
    name: Literal["socket"] = "socket"
    url: str = "http://controller"

    def connector(self, *, asks_only: bool) -> aiohttp.BaseConnector:
        """Return what makes connections, a new one for each request."""
        return _OwnPeers(path=self.path, force_close=True)


@dataclass(frozen=True)
class TlsChannel:
    """Mutual TLS to `endpoint`, with the `context` of the cluster's credentials."""

    endpoint: Endpoint
    context: ssl.SSLContext
    name: Literal["tls"] = "tls"

    @property
    def url(self) -> str:
        """The address of the controller."""
        host = self.endpoint.host
        return f"https://{f'[{host}]' if ':' in host else host}:{self.endpoint.port}"

    def connector(self, *, asks_only: bool) -> aiohttp.BaseConnector:
        """Return what makes connections; a handshake takes longer than most answers."""
        return aiohttp.TCPConnector(ssl=self.context, force_close=not asks_only)


def channel_to(record: Record) -> Channel | None:
    """Return the way to a controller from here; None where there is none. As `tls_channel`."""
    return SocketChannel(record.socket) if has_socket_here(record) else tls_channel(record)


def has_socket_here(record: Record) -> bool:
    """Return whether a controller is asked by its socket; of one in a job this asks this host's disk.

    That of a job on this host may be in a ``/tmp`` of its own, where nobody else sees it. Any other one that
    is missing is made again by its controller.
    """
    if not is_here(record) or record.cluster.controller.placement != "job":
        return is_here(record)
    return bool(record.socket) and (record.endpoint is None or os.path.lexists(record.socket))


def tls_channel(record: Record) -> TlsChannel | None:
    """Return the way to a controller of another host; None where it has none. Blocks on the disk.

    Raises
    ------
    ControllerUnreachable
        If the cluster's credentials cannot be read.
    """
    if record.endpoint is None:
        return None
    on_disk = record.on_disk
    try:
        context = context_of(str(on_disk.certificate), str(on_disk.key))
    except OSError as error:
        raise ControllerUnreachable(
            "The cluster's credentials cannot be read.", details=f"{on_disk.path}: {error}"
        ) from error
    return TlsChannel(record.endpoint, context)
