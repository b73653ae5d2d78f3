"""An answer that did not come is not a refusal: 503 only where nothing was done, 504 where nobody knows.

A request that is sent again with its key is one, also where a controller that was stopped reads both.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.clusters.contact import client as client_module
from jupyter_dask_slurm.clusters.contact.channel import SocketChannel
from jupyter_dask_slurm.clusters.contact.client import ControllerClient
from jupyter_dask_slurm.protocol.errors import ControllerUnreachable, MachineFault, NoAnswer
from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL, controllers

pytestmark = pytest.mark.usefixtures("quick_starts")

COMMANDS: dict[str, Callable[[ControllerClient], Awaitable[Any]]] = {
    "change": lambda client: client.change({"name": "sea"}, "key"),
    "stop": lambda client: client.stop(),
    "cancel a job": lambda client: client.cancel_job("local_0", "key"),
    "submit again": lambda client: client.resubmit("cancelled_outside", 0, "key"),
}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# What a controller that was asked may do, but answer.
UNANSWERED: dict[str, bytes | None] = {
    "never answers": None,
    "closes": b"",
    "answers half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "answers half a body": HEAD + b"Content-Length: 100\r\n\r\n{",
    "answers what is no JSON": HEAD + b"Content-Length: 2\r\n\r\n{x",
    "answers another type": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}",
    "answers what is no cluster": HEAD + b"Content-Length: 2\r\n\r\n{}",
    "answers what is no object": HEAD + b"Content-Length: 4\r\n\r\nnull",
    "answers no HTTP": b"220 mail.example.org ESMTP\r\n\r\n",
    "fails inside": (
        b"HTTP/1.1 500 Error\r\nContent-Type: application/json\r\nContent-Length: 42\r\n\r\n"
        b'{"message":"Error","reason":"DaskSlurmError"}'[:42]
    ),
    "fails inside, and says so": (
        b"HTTP/1.1 500 Error\r\nContent-Type: application/json\r\nContent-Length: 45\r\n\r\n"
        b'{"message":"Error","reason":"DaskSlurmError"}'
    ),
    "fails with a page": b"HTTP/1.1 500 Error\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder whose path leaves room for a socket's name."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Jupyter wait for answers as long as these tests can."""
    monkeypatch.setattr(client_module, "ANSWER_TIMEOUT_S", 2)


def _known(folder: Path) -> ControllerClient:
    """Return a client that has spoken to its controller before; it waits a fifth of a second for answers."""
    client_module.ANSWER_TIMEOUT_S = 0.2
    client = ControllerClient(SocketChannel(str(folder / "s")), "nonce")
    client._known = True
    return client


async def _serve(path: Path, answer: bytes | None, asked: list[bytes]) -> asyncio.AbstractServer:
    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if answer is not None:
            writer.write(answer)
        else:
            await reader.read()
        writer.close()

    return await asyncio.start_unix_server(on_connection, path / "s")


@pytest.mark.parametrize("behaviour", UNANSWERED)
async def test_what_was_sent_and_not_answered_is_never_called_refused(folder: Path, behaviour: str) -> None:
    asked: list[bytes] = []
    server = await _serve(folder, UNANSWERED[behaviour], asked)
    client = _known(folder)
    for command in COMMANDS.values():
        asked.clear()
        with pytest.raises(NoAnswer) as told:
            await command(client)
        assert asked
        assert "may still be carried out" in told.value.message
        assert "Look at " in told.value.message
    await client.close()
    server.close()


def _nothing(_path: Path) -> None:
    """Leave no socket there: the controller has not made it, or somebody has removed it."""


def _nobody(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()
    return listener


def _queue_is_full(path: Path) -> list[socket.socket]:
    """Listen, accept nobody, and let others fill the queue: the kernel takes nobody more."""
    sockets = [socket.socket(socket.AF_UNIX)]
    sockets[0].bind(str(path))
    sockets[0].listen(0)
    with suppress(BlockingIOError):
        while True:
            sockets.append(socket.socket(socket.AF_UNIX))
            sockets[-1].setblocking(False)
            sockets[-1].connect(str(path))
    return sockets


@pytest.mark.parametrize("place", [_nothing, _nobody, _queue_is_full, Path.touch, Path.mkdir])
async def test_what_could_not_be_sent_was_not_done(folder: Path, place: Callable[[Path], object]) -> None:
    kept = place(folder / "s")
    client = _known(folder)
    for command in COMMANDS.values():
        with pytest.raises(ControllerUnreachable) as told:
            await command(client)
        assert told.value.message == "The cluster's controller does not answer."
    await client.close()
    for one in kept if isinstance(kept, list) else []:
        one.close()


async def test_without_descriptors_nothing_is_sent(folder: Path) -> None:
    asked: list[bytes] = []
    client = _known(folder)
    server = await _serve(folder, None, asked)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    probe = os.open("/dev/null", os.O_RDONLY)
    os.close(probe)
    resource.setrlimit(resource.RLIMIT_NOFILE, (probe, limits[1]))
    try:
        with pytest.raises(MachineFault, match="could not be asked: Too many open files"):
            await client.change({"name": "sea"})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert asked == []
    await client.close()
    server.close()


async def test_a_controller_that_is_not_known_yet_is_not_sent_anything_in_doubt(folder: Path) -> None:
    asked: list[bytes] = []
    server = await _serve(folder, None, asked)
    client = ControllerClient(SocketChannel(str(folder / "s")), "nonce")
    with pytest.raises(ControllerUnreachable):
        await client.change({"name": "sea"})
    assert [head.partition(b" ")[0] for head in asked] == [b"GET"]
    await client.close()
    server.close()


def _with_key(key: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": key}


async def _renamed(api: Api, cluster_id: str) -> int:
    history = (await api("GET", f"clusters/{cluster_id}/history")).json
    return sum(entry["event"] == "renamed" for entry in history)


async def test_a_stopped_controller_carries_out_once_what_was_asked_twice(api: Api, shared: Path) -> None:
    cluster = await api.start(name="ocean", backend="local", options=SMALL)
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], working(1))
    [pid] = controllers(shared)
    os.kill(pid, signal.SIGSTOP)
    try:
        asked = {"name": "sea"}
        answers = [await api("PATCH", path, asked, headers=_with_key("a")) for _ in range(2)]
        scaled = await api("PATCH", path, {"scaling": {"mode": "manual", "jobs": 2}}, headers=_with_key("b"))
    finally:
        os.kill(pid, signal.SIGCONT)
    for answer in (*answers, scaled):
        assert (answer.status, answer.json["reason"]) == (504, "NoAnswer"), answer.text
        assert "may still be carried out" in answer.json["message"]
    assert (await api.until(cluster["id"], working(2)))["name"] == "sea"
    assert await _renamed(api, cluster["id"]) == 1

    again = await api("PATCH", path, asked, headers=_with_key("a"))
    assert (again.status, again.json["name"]) == (200, "sea")
    assert await _renamed(api, cluster["id"]) == 1
    other = await api("PATCH", path, {"name": "lake"}, headers=_with_key("a"))
    assert (other.status, other.json["reason"]) == (422, "KeyReused")
    # What another key asks for is another request, whatever it says.
    assert (await api("PATCH", path, {"name": "lake"}, headers=_with_key("c"))).status == 200
    assert (await api("PATCH", path, asked, headers=_with_key("d"))).json["name"] == "sea"


async def test_a_job_is_cancelled_once_however_often_it_is_asked_for(api: Api, shared: Path) -> None:
    two = {"mode": "manual", "jobs": 2}
    cluster = await api.start(backend="local", options=SMALL, scaling=two)
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], working(2))
    [pid] = controllers(shared)
    os.kill(pid, signal.SIGSTOP)
    try:
        answers = [await api("DELETE", f"{path}/jobs/local_0") for _ in range(2)]
    finally:
        os.kill(pid, signal.SIGCONT)
    assert [answer.status for answer in answers] == [504, 504]
    left = await api.until(cluster["id"], lambda found: found["scaling"]["jobs"] < 2)
    assert left["scaling"]["jobs"] == 1
    await api.until(cluster["id"], working(1))


async def test_a_stopped_controller_is_stopped_when_it_goes_on(api: Api, shared: Path) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    [pid] = controllers(shared)
    os.kill(pid, signal.SIGSTOP)
    try:
        answer = await api("DELETE", f"clusters/{cluster['id']}")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert (answer.status, answer.json["status"]) == (202, "stopping")
    await api.until_gone(cluster["id"])


@pytest.mark.parametrize("spare", [0, 1, 2])
async def test_a_controller_without_descriptors_refuses_nothing_that_it_does(
    api: Api, shared: Path, spare: int
) -> None:
    cluster = await api.start(name="ocean", backend="local", options=SMALL)
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], working(1))
    [pid] = controllers(shared)
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (_most_descriptors(pid, spare), limits[1]))
    try:
        answer = await api("PATCH", path, {"name": "sea"}, headers=_with_key("a"))
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    assert answer.status in (200, 504), answer.text
    again = await api("PATCH", path, {"name": "sea"}, headers=_with_key("a"))
    assert (again.status, again.json["name"]) == (200, "sea")
    # What it could not write for want of a descriptor it did not write; never does it twice.
    assert await _renamed(api, cluster["id"]) <= 1


def _most_descriptors(pid: int, spare: int) -> int:
    """Return the limit with which a process can open `spare` files more."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    free = [number for number in range(len(used) + spare + 1) if number not in used]
    return free[spare]


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 201, "käse"])
async def test_a_key_that_cannot_be_one_is_refused(api: Api, key: str) -> None:
    cluster = await api.start(backend="local", options=SMALL)
    answer = await api("PATCH", f"clusters/{cluster['id']}", {"name": "sea"}, headers=_with_key(key))
    assert (answer.status, answer.json["reason"]) == (400, "InvalidRequest"), answer.text
    assert "Idempotency-Key" in answer.json["message"]
