"""Speaks to one controller over its unix socket.

Each connection is checked twice: the socket's peer must be a process of ours, and it must know the
cluster's nonce.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp

from ..protocol.errors import ControllerUnreachable, DaskSlurmError
from ..protocol.models import Cluster, Job
from ..system.sockets import peer_uid

if TYPE_CHECKING:
    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

ANSWER_TIMEOUT_S = 15.0
# Longer than the controller waits for its workers; then it draws.
REPORT_TIMEOUT_S = 120.0
# The controller sends at least an empty line every 15 s.
SILENCE_S = 45.0


class _OwnPeers(aiohttp.UnixConnector):
    """Connects only to processes of this user."""

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:
        """Connect, and ask the kernel whose process is on the other side (SO_PEERCRED of unix(7))."""
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("socket") if transport is not None else None
        if peer is None or peer_uid(peer) != os.geteuid():
            connection.close()
            raise ControllerUnreachable(
                "Another user's process listens in place of the cluster's controller."
            )
        return connection


class ControllerClient:
    """The verbs of a controller, as docs/architecture.md lists them.

    Every method raises `ControllerUnreachable` where nobody answers, and the controller's own error where
    it refuses.

    Parameters
    ----------
    socket_path : str
        Where the controller listens.
    nonce : str
        What it must answer with.
    """

    def __init__(self, socket_path: str, nonce: str) -> None:
        self._nonce = nonce
        self._known = False
        self._session = aiohttp.ClientSession(
            connector=_OwnPeers(path=socket_path),
            timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S),
        )

    async def cluster(self) -> Cluster:
        """Return the cluster as it is now."""
        answer = await self._call("GET", "cluster")
        if not isinstance(answer, dict) or answer.get("nonce") != self._nonce:
            raise ControllerUnreachable("Another process listens in place of the cluster's controller.")
        self._known = True
        return Cluster.from_json(answer["cluster"])

    async def change(self, changes: dict[str, Any]) -> Cluster:
        """Change scaling, name or idle timeout."""
        return Cluster.from_json(await self._verified("PATCH", "cluster", changes))

    async def stop(self, reason: str | None = None) -> Cluster:
        """Ask the controller to cancel its jobs, close the scheduler and end."""
        return Cluster.from_json(
            await self._verified("DELETE", "cluster", {"reason": reason} if reason else {})
        )

    async def jobs(self) -> list[Job]:
        """Return the jobs, those that ended in the last hour too."""
        return [Job.from_json(job) for job in await self._verified("GET", "jobs")]

    async def cancel_job(self, job_id: str) -> Job:
        """Cancel one job and lower the plan by one."""
        return Job.from_json(await self._verified("DELETE", f"jobs/{quote(job_id, safe='')}"))

    async def resubmit(self, code: str, cores_elsewhere: int) -> Cluster:
        """Submit again what a problem has ended, given the cores of the user's other clusters."""
        path = f"problems/{quote(code, safe='')}/resubmit"
        return Cluster.from_json(await self._verified("POST", path, {"cores_elsewhere": cores_elsewhere}))

    async def report(self) -> bytes:
        """Return Dask's performance report, an HTML page."""
        if not self._known:
            await self.cluster()
        timeout = aiohttp.ClientTimeout(total=REPORT_TIMEOUT_S)
        with _unreachable_errors():
            async with self._session.get("http://controller/control/report", timeout=timeout) as response:
                await _raise_for(response)
                return await response.read()

    async def events(self) -> AsyncIterator[Cluster]:
        """Yield the present state and then each change, until the controller ends."""
        await self.cluster()
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_S)
        with _unreachable_errors():
            async with self._session.get("http://controller/control/events", timeout=timeout) as response:
                await _raise_for(response)
                async for line in response.content:
                    if line.strip():
                        yield Cluster.from_json(json.loads(line)["cluster"])

    async def close(self) -> None:
        """Close the connections; the controller goes on."""
        await self._session.close()

    async def _verified(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if not self._known:
            await self.cluster()
        return await self._call(method, path, body)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with _unreachable_errors():
            async with self._session.request(
                method, f"http://controller/control/{path}", json=body
            ) as response:
                await _raise_for(response)
                return await response.json()


@contextmanager
def _unreachable_errors() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
        raise ControllerUnreachable(
            "The cluster's controller does not answer.", details=str(error) or type(error).__name__
        ) from error


async def _raise_for(response: aiohttp.ClientResponse) -> None:
    """Raise the error that the controller answered with, as the class it was there."""
    if response.status < 400:
        return
    raise DaskSlurmError.from_json(await response.json(), ControllerUnreachable)
