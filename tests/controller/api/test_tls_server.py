"""Who has the cluster's key is served over TCP, and nobody else; a socket of ours can lead there."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import socket
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from tornado import web

from jupyter_dask_slurm.clusters.contact import client as client_module
from jupyter_dask_slurm.clusters.contact.channel import SocketChannel, TlsChannel, tls_channel
from jupyter_dask_slurm.clusters.contact.client import ControllerClient
from jupyter_dask_slurm.clusters.contact.forwarder import Forwarder
from jupyter_dask_slurm.controller.api.tls_server import TlsServer, listen_for_other_hosts
from jupyter_dask_slurm.launch.credentials import make_credentials
from jupyter_dask_slurm.protocol.errors import ControllerUnreachable, NoAnswer
from jupyter_dask_slurm.protocol.keys import KEY_HEADER
from jupyter_dask_slurm.protocol.models import Cluster, Credentials, Endpoint, Record
from jupyter_dask_slurm.system.beside_loop import in_thread
from jupyter_dask_slurm.system.network.mutual_tls import context_of

_SAMPLE = Path(__file__).parents[3] / "contract" / "cluster-running.json"
_ASKS = b"GET /control/cluster HTTP/1.1\r\nHost: controller\r\nConnection: close\r\n\r\n"


class _Cluster(web.RequestHandler):
    """Notes by which connection, and with which key, it is asked; and closes it where it is to."""

    heard: ClassVar[list[tuple[object, str | None]]] = []
    closes: ClassVar[list[str]] = []

    def prepare(self) -> None:
        stream = self.request.connection.stream  # type: ignore[union-attr]
        self.heard.append((stream, self.request.headers.get(KEY_HEADER)))

    def get(self) -> None:
        self.finish({"nonce": "nonce", "cluster": json.loads(_SAMPLE.read_text())})

    def patch(self) -> None:
        if self.closes:
            self.closes.pop()
            stream = self.detach()
            stream.close()
        else:
            self.finish(json.loads(_SAMPLE.read_text()))


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[tuple[TlsServer, TlsChannel]]:
    """Give a server with the credentials in a folder, and the way to it."""
    credentials = make_credentials(folder, "ocean-0000")
    server = TlsServer(web.Application([("/control/cluster", _Cluster)]), credentials, "127.0.0.1")
    cluster = Cluster.from_json(json.loads(_SAMPLE.read_text()))
    record = Record(cluster, "login1", "boot", "nonce", "/nowhere/s", str(folder), cluster.created_at)
    assert tls_channel(record) is None
    channel = tls_channel(dataclasses.replace(record, endpoint=server.endpoint))
    assert channel is not None
    yield server, channel
    await server.close()


def _own(folder: Path) -> ssl.SSLContext:
    credentials = Credentials.below(folder)
    return context_of(credentials.cert, credentials.key)


def _answer(endpoint: Endpoint, context: ssl.SSLContext | None) -> bytes:
    """Return what is said to somebody who asks; nothing where he is not let in."""
    try:
        asking = socket.create_connection((endpoint.host, endpoint.port), 10)
        if context is not None:
            asking = context.wrap_socket(asking)
        with asking:
            asking.sendall(_ASKS)
            # TLS 1.3 tells a client that it is not let in when it reads.
            return asking.recv(1000)
    except OSError:
        return b""


def _trusting(credentials: Credentials | None = None) -> ssl.SSLContext:
    """Return a client that takes any server for the right one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if credentials is not None:
        context.load_cert_chain(credentials.cert, credentials.key)
    return context


async def test_who_has_not_the_key_gets_no_byte(tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    another = make_credentials(tmp_path / "another", "lake-0000")
    async with listening(tmp_path) as (server, _):
        for context in (None, _trusting(), _trusting(another), _own(tmp_path / "another")):
            assert await in_thread(_answer, server.endpoint, context) == b""
        own = await in_thread(_answer, server.endpoint, _own(tmp_path))
        assert own.startswith(b"HTTP/1.1 200")


async def test_a_client_takes_no_other_server_for_the_controller(tmp_path: Path) -> None:
    (tmp_path / "another").mkdir()
    make_credentials(tmp_path / "another", "lake-0000")
    async with listening(tmp_path) as (_, channel):
        client = ControllerClient(channel, "nonce")
        assert (await client.cluster()).name == "ocean"
        await client.close()
        expects_others = dataclasses.replace(channel, context=_own(tmp_path / "another"))
        for wrong in (ControllerClient(channel, "another nonce"), ControllerClient(expects_others, "nonce")):
            with pytest.raises(ControllerUnreachable):
                await wrong.cluster()
            await wrong.close()


async def test_a_socket_of_ours_leads_there(tmp_path: Path) -> None:
    async with listening(tmp_path) as (server, channel):
        forwarder = Forwarder(channel)
        path = Path(await forwarder.socket())
        assert await forwarder.socket() == str(path)
        assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]
        client = ControllerClient(SocketChannel(str(path)), "nonce")
        assert (await client.cluster()).name == "ocean"
        await client.close()
        # Who clears up temporary files may remove it: whoever asks next gets another one.
        await in_thread(shutil.rmtree, path.parent)
        path = Path(await forwarder.socket())
        client = ControllerClient(SocketChannel(str(path)), "nonce")
        assert (await client.cluster()).name == "ocean"
        await server.close()
        with pytest.raises(ControllerUnreachable):
            await client.cluster()
        await client.close()
        await forwarder.close()
        assert not path.parent.exists()


async def test_where_no_other_host_could_use_it_there_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    credentials = make_credentials(tmp_path, "ocean-0000")
    application = web.Application([])
    assert listen_for_other_hosts(application, credentials, "127.0.0.1") is None
    assert listen_for_other_hosts(application, None, "10.0.0.1") is None
    assert not caplog.records
    assert listen_for_other_hosts(application, credentials, "203.0.113.9") is None
    assert "203.0.113.9 cannot be listened on" in caplog.text


@pytest.mark.parametrize("closes", [(), ("key-1",), ("key-1", "key-1")], ids=["never", "once", "twice"])
async def test_a_command_takes_the_connection_that_is_there(
    tmp_path: Path, closes: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where that is closed meanwhile it is sent again by a new one, under the same key."""
    monkeypatch.setattr(client_module, "FRESH_S", math.inf)
    async with listening(tmp_path) as (_, channel):
        client = ControllerClient(channel, "nonce")
        _Cluster.heard.clear()
        await client.cluster()
        _Cluster.closes = list(closes)
        changed = client.change({"name": "lake"}, "key-1")
        if len(closes) < 2:
            assert (await changed).name == "ocean"
        else:
            with pytest.raises(NoAnswer):
                await changed
        asked, *commands = _Cluster.heard
        assert [key for _, key in commands] == ["key-1"] * max(1, len(closes) + (len(closes) == 1))
        # The first goes where the question went, a second one by its own.
        assert [connection == asked[0] for connection, _ in commands] == [True, False][: len(commands)]
        await client.change({"name": "lake"})
        assert _Cluster.heard[-1][1] not in (None, "key-1")
        # The link may have been cut since: then a new one is refused, and the command was not sent.
        monkeypatch.setattr(client_module, "FRESH_S", 0.0)
        known = {connection for connection, _ in _Cluster.heard}
        await client.change({"name": "lake"})
        assert _Cluster.heard[-1][0] not in known
        await client.close()
