"""Work beside an event loop, in threads and in child processes, where no thread may be left to give.

asyncio's own child processes cost a thread each up to Python 3.11: where the limit of processes is reached,
the child runs, the thread does not, and nobody knows of the child any more. These cost none.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from .event_loop.backoff import Backoff
from .faults import as_known

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_LOOK_S = 0.005
_LONGEST_LOOK_S = 0.1
_LINE_LIMIT = 2**16


@dataclass(frozen=True)
class Finished:
    """What a program has written, and its exit code (negative: the signal that killed it)."""

    exit_code: int
    stdout: bytes
    stderr: bytes


class CutShort(asyncio.TimeoutError):
    """A program was killed before its end.

    Parameters
    ----------
    stdout, stderr : bytes
        What it had written until then.
    in_vain : bool
        It had said itself that it was waiting, before its time was over.
    """

    def __init__(self, stdout: bytes, stderr: bytes, *, in_vain: bool) -> None:
        super().__init__()
        self.stdout = stdout
        self.stderr = stderr
        self.in_vain = in_vain


class Child:
    """A program that runs in a session of its own, with pipes to it.

    Attributes
    ----------
    stdin : asyncio.WriteTransport
        What is written there waits in memory until the program reads it.
    stdout, stderr : asyncio.StreamReader
    """

    stdin: asyncio.WriteTransport
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._transports: list[asyncio.BaseTransport] = []

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path | None = None,
        line_limit: int = _LINE_LIMIT,
        heard: bool = True,
    ) -> Child:
        """Start a program; raises `OSError` where that cannot be, and then nothing runs.

        Parameters
        ----------
        line_limit : int
            So many bytes a line of its output may have.
        heard : bool
            Whether its standard error is read; else it goes nowhere.
        """
        process = subprocess.Popen(  # noqa: ASYNC220 - asyncio's own blocks as long
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if heard else subprocess.DEVNULL,
            env=environment,
            cwd=directory,
            start_new_session=True,
        )
        child = cls(process)
        try:
            child.stdin = await child._write_to(process.stdin)
            child.stdout = await child._read_from(process.stdout, line_limit)
            if heard:
                child.stderr = await child._read_from(process.stderr, line_limit)
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def pid(self) -> int:
        """Its process id, and that of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    async def wait(self) -> int:
        """Return its exit code when it has ended."""
        pauses = Backoff(_LOOK_S, _LONGEST_LOOK_S)
        while (code := self._process.poll()) is None:
            pause_s = pauses.next_s()
            await asyncio.sleep(pause_s)
        return code

    async def end(self) -> None:
        """Kill it with all that it has started, if it still runs, and close the pipes."""
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self.wait()
        for transport in self._transports:
            transport.close()
        pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        for pipe in pipes[len(self._transports) :]:  # without a transport yet, which would close it
            if pipe is not None:
                pipe.close()

    async def _write_to(self, pipe: IO[bytes] | None) -> asyncio.WriteTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, pipe)
        self._transports.append(transport)
        return transport

    async def _read_from(self, pipe: IO[bytes] | None, line_limit: int) -> asyncio.StreamReader:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=line_limit)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        self._transports.append(transport)
        return reader


async def run_to_end(
    argv: Sequence[str],
    *,
    stdin: bytes = b"",
    timeout_s: float,
    environment: Mapping[str, str],
    directory: Path | None = None,
    until: re.Pattern[bytes] | None = None,
) -> Finished:
    """Run a program to its end; it and what it started are killed where that is broken off.

    Parameters
    ----------
    until : re.Pattern, optional
        It is killed as soon as this stands on its standard error.

    Raises
    ------
    OSError
        It was not started.
    CutShort
        It had not ended after `timeout_s` seconds, or held its pipes open, or said what `until` looks for.
    """
    child = await Child.start(argv, environment=environment, directory=directory)
    stdout, stderr = bytearray(), bytearray()
    waits = asyncio.Event()

    def hear() -> None:
        if until is not None and until.search(stderr):
            waits.set()

    finishing = asyncio.ensure_future(_finish(child, stdout, stderr, hear))
    waiting = asyncio.ensure_future(waits.wait())
    try:
        child.stdin.write(stdin)
        child.stdin.close()  # when all of it was taken
        await asyncio.wait({finishing, waiting}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if not finishing.done():
            raise CutShort(bytes(stdout), bytes(stderr), in_vain=waits.is_set())
        return Finished(finishing.result(), bytes(stdout), bytes(stderr))
    finally:
        for task in (finishing, waiting):
            task.cancel()
        await asyncio.gather(finishing, waiting, return_exceptions=True)
        await child.end()


async def _finish(child: Child, stdout: bytearray, stderr: bytearray, hear: Callable[[], None]) -> int:
    await asyncio.gather(
        _read(child.stdout, stdout, lambda: None),
        _read(child.stderr, stderr, hear),
    )
    return await child.wait()


async def _read(stream: asyncio.StreamReader, into: bytearray, hear: Callable[[], None]) -> None:
    while chunk := await stream.read(_LINE_LIMIT):
        into += chunk
        hear()


async def in_thread(
    function: Callable[_Arguments, _Result], *arguments: _Arguments.args, **keywords: _Arguments.kwargs
) -> _Result:
    """Do as `asyncio.to_thread`; what could not be begun is never done.

    Where no thread can be started, Python's executor raises and keeps the work for the next thread that is
    free: it would be done after everybody was told that it was not.

    Raises
    ------
    MachineFault
        No thread could be started: nothing was done.
    """
    done: Future[_Result] = Future()
    context = copy_context()

    def work() -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(context.run(function, *arguments, **keywords))
        except BaseException as error:  # noqa: BLE001 - told to who waits
            done.set_exception(error)

    try:
        asyncio.get_running_loop().run_in_executor(None, work)
    except RuntimeError as error:
        known = as_known(error)
        # A thread that was busy may have begun with it meanwhile.
        if known is error or known is None or done.cancel():
            raise (known or error) from error
    return await asyncio.wrap_future(done)
