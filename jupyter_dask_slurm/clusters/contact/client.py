"""Speaks to one controller, over its unix socket or, from another host, over mutual TLS.

Each connection is checked twice: at the other end must be a process of ours (`channel`), and it must know the
cluster's nonce.

No answer is not a refusal. What fails before the request was written is `ControllerUnreachable`: nothing was
done. What fails afterwards is `NoAnswer` where something was to be done, for a controller that was stopped
reads it when it goes on. Which of the two it was is noted when the request is written, and not guessed from
the error.
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

import aiohttp

from ...protocol.errors import ControllerUnreachable, DaskSlurmError, MachineFault, NoAnswer
from ...protocol.keys import KEY_HEADER
from ...protocol.models import Cluster, Job, Progress
from ...protocol.paging import TOTAL_HEADER, Page
from ...slurm.address.variables import own_token
from ...system import clock
from ...system.event_loop.slices import in_slices
from ...system.faults import is_used_up, of_exhaustion
from ...system.json_text import parse_json
from .channel import Channel

if TYPE_CHECKING:
    from aiohttp.tracing import TraceRequestHeadersSentParams

log = logging.getLogger(__name__)

_Read = TypeVar("_Read")

ANSWER_TIMEOUT_S = 15.0
# Longer than the controller waits for its workers; then it draws.
REPORT_TIMEOUT_S = 120.0
# Over a link that was heard so lately a command goes by the connection that is there.
FRESH_S = 2.0
# The controller sends at least an empty line every 15 s.
SILENCE_S = 45.0


class _ControllerFailed(Exception):
    """The controller answered that it failed, and nothing of ours about why."""

    def __init__(self, message: str, details: str | None) -> None:
        super().__init__(message)
        self.message = ": ".join(filter(None, (message, details)))


@dataclass
class _Request:
    """What becomes of one request; `look_at` shows whether it was carried out, None where it only asks."""

    look_at: str | None = None
    sent: bool = False


class ControllerClient:
    """The verbs of a controller, as docs/architecture.md lists them.

    Every method raises `ControllerUnreachable` where nobody can be asked, and the controller's own error
    where it refuses. Those that change something raise `NoAnswer` where it was asked and did not answer; a
    `key` makes the same request, sent again, one (see `protocol.keys`).

    Parameters
    ----------
    channel : Channel
        The way to it.
    nonce : str
        What it must answer with.
    """

    def __init__(self, channel: Channel, nonce: str) -> None:
        self.channel = channel
        self._nonce = nonce
        self._known = False
        self._handed_over: str | None = None
        self._heard_at = -math.inf
        # A connection that is used again may be closed at this moment: whether a request was read then is not
        # known. A new one is refused, or is not. So commands have one each; by TLS, whose handshake takes
        # longer than most answers, they do only after the used one was closed so, under a key that makes both
        # one; and where nothing was heard lately, for a link that was cut swallows what is written.
        self._commanding = self._session(asks_only=False)
        self._asking = self._session(asks_only=True)

    def _session(self, *, asks_only: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self.channel.connector(asks_only=asks_only),
            timeout=aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_S),
            trace_configs=[_notes_what_is_sent()],
        )

    async def cluster(self) -> Cluster:
        """Return the cluster as it is now."""
        answer = await self._call(_Request(), "GET", "cluster", read=dict)
        if answer.get("nonce") != self._nonce:
            raise ControllerUnreachable("Another process listens in place of the cluster's controller.")
        self._known = True
        with _errors_of(_Request()):
            return Cluster.from_json(answer["cluster"])

    async def change(self, changes: dict[str, Any], key: str | None = None) -> Cluster:
        """Change scaling, name or idle timeout."""
        request = _Request("the cluster's size, name, idle time and history")
        return await self._command(request, "PATCH", "cluster", changes, key=key, read=Cluster.from_json)

    async def stop(self, reason: str | None = None) -> Cluster:
        """Ask the controller to cancel its jobs, close the scheduler and end."""
        request = _Request("the list of clusters")
        body = {"reason": reason} if reason else {}
        return await self._command(request, "DELETE", "cluster", body, read=Cluster.from_json)

    async def jobs(self, page: Page) -> tuple[list[Job], int]:
        """Return the jobs, those that ended in the last hour too, and how many there are in the phase."""
        await self._verify()
        with _errors_of(_Request()):
            async with self._asking.get(self._at("jobs"), params=page.to_query()) as response:
                await _raise_for(response)
                found = parse_json(await response.read())
                jobs = [Job.from_json(job) async for job in in_slices(found)]
                total = response.headers.get(TOTAL_HEADER)
                # One of an older release answers with all, whatever is asked for.
                return (jobs, int(total)) if total is not None else page.of(jobs, lambda job: job.phase)

    async def progress(self, client: str, within_ms: int) -> Progress:
        """Return how far the tasks are that a client has asked for within so long."""
        await self._verify()
        query = urlencode({"client": client, "within_ms": within_ms})
        return await self._call(_Request(), "GET", f"progress?{query}", read=Progress.from_json)

    async def cancel_job(self, job_id: str, key: str | None = None) -> Job:
        """Cancel one job and lower the plan by one."""
        request = _Request("the cluster's jobs")
        path = f"jobs/{quote(job_id, safe='')}"
        return await self._command(request, "DELETE", path, key=key, read=Job.from_json)

    async def resubmit(self, code: str, cores_elsewhere: int, key: str | None = None) -> Cluster:
        """Submit again what a problem has ended, given the cores of the user's other clusters."""
        request = _Request("the cluster's jobs and its history")
        path = f"problems/{quote(code, safe='')}/resubmit"
        body = {"cores_elsewhere": cores_elsewhere}
        return await self._command(request, "POST", path, body, key=key, read=Cluster.from_json)

    async def report(self) -> bytes:
        """Return Dask's performance report, an HTML page."""
        await self._verify()
        timeout = aiohttp.ClientTimeout(total=REPORT_TIMEOUT_S)
        with _errors_of(_Request()):
            async with self._asking.get(self._at("report"), timeout=timeout) as response:
                await _raise_for(response)
                return await response.read()

    async def events(self) -> AsyncIterator[Cluster]:
        """Yield the present state and then each change, until the controller ends."""
        await self.cluster()
        await self.hand_token_over()
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_S)
        with _errors_of(_Request()):
            async with self._asking.get(self._at("events"), timeout=timeout) as response:
                await _raise_for(response)
                async for line in response.content:
                    self._heard_at = clock.now()
                    if line.strip():
                        yield Cluster.from_json(parse_json(line)["cluster"])

    async def hand_token_over(self) -> None:
        """Give the controller this process's token for Slurm, where it was not given already."""
        token = own_token()
        if token is None or token == self._handed_over:
            return
        try:
            await self._call(_Request(), "PUT", "token", {"token": token}, read=dict)
        except DaskSlurmError as error:  # one of an older release does not know of tokens
            log.debug("The token for Slurm was not handed over: %s", error.message)
        else:
            self._handed_over = token

    async def close(self) -> None:
        """Close the connections; the controller goes on."""
        await self._commanding.close()
        await self._asking.close()

    def _at(self, path: str) -> str:
        return f"{self.channel.url}/control/{path}"

    async def _verify(self) -> None:
        if not self._known:
            await self.cluster()

    async def _command(
        self,
        request: _Request,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        read: Callable[[Any], _Read],
    ) -> _Read:
        await self._verify()
        await self.hand_token_over()
        return await self._call(request, method, path, body, key=key, read=read)

    async def _call(
        self,
        request: _Request,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        key: str | None = None,
        read: Callable[[Any], _Read],
    ) -> _Read:
        sessions = [self._asking if method == "GET" else self._commanding]
        if method != "GET" and self.channel.name == "tls":
            key = key or secrets.token_hex(16)
            if clock.now() - self._heard_at < FRESH_S:
                sessions.insert(0, self._asking)
        with _errors_of(request):
            for session in sessions:
                with _unless_closed_meanwhile(last=session is sessions[-1]):
                    async with session.request(
                        method,
                        self._at(path),
                        json=body,
                        headers={KEY_HEADER: key} if key else None,
                        trace_request_ctx=request,
                    ) as response:
                        self._heard_at = clock.now()
                        await _raise_for(response)
                        return read(parse_json(await response.read()))
        raise AssertionError("the last one returns or raises")


def _notes_what_is_sent() -> aiohttp.TraceConfig:
    """Return what marks a `_Request` as sent, right before its first byte is written."""

    async def note(
        _session: aiohttp.ClientSession, context: SimpleNamespace, _params: TraceRequestHeadersSentParams
    ) -> None:
        if context.trace_request_ctx is not None:
            context.trace_request_ctx.sent = True

    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(note)
    return tracing


@contextmanager
def _unless_closed_meanwhile(*, last: bool) -> Iterator[None]:
    """Go on where a connection was closed before an answer came, unless there is no other way to go on."""
    try:
        yield
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        if last or isinstance(error, aiohttp.ClientConnectorError):
            raise
        log.debug("Sent again by a new connection: %s", error)


@contextmanager
def _errors_of(request: _Request) -> Iterator[None]:
    """Say what no answer means: nothing was done, or nobody knows."""
    try:
        yield
    except _ControllerFailed as error:
        raise _no_answer(request, error.message, "failed at this; its log says why") from error
    except (aiohttp.ClientError, asyncio.TimeoutError, OSError, RuntimeError) as error:
        if is_used_up(error) and not request.sent:
            raise MachineFault(
                f"The cluster's controller could not be asked: {of_exhaustion(error)}", details=str(error)
            ) from error
        raise _no_answer(request, str(error) or type(error).__name__) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # an answer, and none of ours
        raise _no_answer(request, f"What came back is no answer of ours: {error!r}") from error


def _no_answer(
    request: _Request, details: str, how: str = "does not answer"
) -> ControllerUnreachable | NoAnswer:
    if request.look_at is None or not request.sent:
        return ControllerUnreachable(f"The cluster's controller {how}.", details=details)
    return NoAnswer(
        f"The cluster's controller was asked and {how}: this may still be carried out. "
        f"Look at {request.look_at} before you ask for it again.",
        details=details,
    )


async def _raise_for(response: aiohttp.ClientResponse) -> None:
    """Raise the error that the controller answered with, as the class it was there."""
    if response.status < 400:
        return
    error = DaskSlurmError.from_json(parse_json(await response.read()), DaskSlurmError)
    if type(error) is not DaskSlurmError:
        raise error
    # None of our sentences. Below 500 tornado did not even let it in; else it is not known how far it came.
    kind = ControllerUnreachable if response.status < 500 else _ControllerFailed
    raise kind(error.message, details=error.details)
