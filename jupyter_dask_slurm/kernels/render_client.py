"""Asks the Python of a kernel what a cluster there would send to Slurm, without a cluster.

For each environment one process of `controller.render.server` is kept while it is of use: its first answer
takes as long as dask takes to import, the next ones milliseconds. It ends with this one, for its input ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..protocol.directory import CONTROLLER_ARCHIVE
from ..protocol.errors import DaskSlurmError, EnvironmentUnusable, MachineFault, Unprocessable
from ..protocol.models import LaunchSpec
from ..system.beside_loop import Child, in_thread
from ..system.event_loop.background import Background
from ..system.faults import is_used_up, of_exhaustion, of_program
from ..system.files import temporary_directory, write_private
from ..system.json_text import parse_json
from ..system.places import is_there
from .archive import controller_archive
from .dask_files import places
from .environment import Environment

WARM_S = 120.0
"""So long a process waits for another question, in seconds."""
ANSWER_LIMIT_S = 30.0
MOST = 4
_LINE_LIMIT = 16 * 2**20


class RenderClient:
    """One process for each environment that was asked lately."""

    def __init__(self) -> None:
        self._processes: dict[tuple[Any, ...], _RenderProcess] = {}

    async def render(self, environment: Environment, spec: LaunchSpec) -> dict[str, Any]:
        """Return what `controller.render.render.render` finds for a cluster in this environment.

        Raises
        ------
        DaskSlurmError
            What it found wrong with the options.
        EnvironmentUnusable
            Its Python does not answer.
        """
        return await self._ask(environment, {"render": spec.to_json()})

    async def configuration(self, environment: Environment) -> dict[str, Any]:
        """Return what `controller.options.dask_config.configuration` finds in this environment.

        Raises
        ------
        DaskSlurmError
            Dask does not understand its configuration.
        EnvironmentUnusable
            Its Python does not answer.
        """
        return await self._ask(environment, {"configuration": None})

    def is_warm(self, environment: Environment) -> bool:
        """Return whether an answer takes milliseconds."""
        found = self._processes.get(_key(environment))
        return found is not None and found.is_warm

    async def close(self) -> None:
        """End all processes."""
        await asyncio.gather(*(process.close() for process in self._processes.values()))
        self._processes.clear()

    async def _ask(self, environment: Environment, question: Mapping[str, Any]) -> dict[str, Any]:
        key = _key(environment)
        process = self._processes.pop(key, None) or _RenderProcess(environment)
        # The one asked last is at the end: the first is the one that nobody has asked for longest.
        self._processes[key] = process
        while len(self._processes) > MOST:
            await self._processes.pop(next(iter(self._processes))).close()
        found: dict[str, Any] = await process.ask(question)
        return found


def _configuration_of(environment: Environment) -> str:
    """Return a sentence about what a Dask that does not answer may be reading."""
    prefix = Path(environment.python).parents[1] if environment.python else None
    whole = environment.variables(os.environ)
    found = [str(place) for place in places(whole, prefix) if is_there(place)]
    return f" Dask reads its configuration first: see what stands in {', '.join(found)}." if found else ""


def _key(environment: Environment) -> tuple[Any, ...]:
    return environment.argv, tuple(sorted(environment.env.items())), environment.unset


class _RenderProcess:
    """The process of one environment; started with the first question, and again where it has ended."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._lock = asyncio.Lock()
        self._process: Child | None = None
        self._folder: Path | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._expiring = Background()
        self.is_warm = False

    async def ask(self, question: Mapping[str, Any]) -> Any:
        async with self._lock:
            if self._expiry is not None:
                self._expiry.cancel()
            try:
                said = await asyncio.wait_for(self._exchange(question), ANSWER_LIMIT_S)
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                await self._end()
                if is_used_up(error):
                    raise MachineFault(
                        f"Python could not be asked what a job would look like: {of_exhaustion(error)}",
                        details=str(error),
                    ) from error
                silent = isinstance(error, asyncio.TimeoutError)
                where = await in_thread(_configuration_of, self._environment) if silent else ""
                raise EnvironmentUnusable(
                    f"{self._environment.argv[0]} does not answer what a job would look like.{where}",
                    field="options.kernel",
                    details=str(error) or None,
                ) from error
            self.is_warm = True
            self._expiry = asyncio.get_running_loop().call_later(WARM_S, self._expire)
        if "error" in said:
            raise DaskSlurmError.from_json(said["error"], Unprocessable)
        return said["answer"]

    async def close(self) -> None:
        async with self._lock:
            if self._expiry is not None:
                self._expiry.cancel()
            await self._end()

    def _expire(self) -> None:
        self._expiring.begin(self.close())

    async def _exchange(self, question: Mapping[str, Any]) -> dict[str, Any]:
        process = self._process
        if process is None or process.exit_code is not None:
            process = await self._start()
        process.stdin.write(json.dumps(question).encode("ascii") + b"\n")
        # It says nothing where it has ended: no JSON, which is a ValueError.
        said = parse_json(await process.stdout.readline())
        if not isinstance(said, dict):
            raise ValueError("is no answer")  # noqa: TRY004 - as what is no JSON
        return said

    async def _start(self) -> Child:
        await self._end()
        self._folder = temporary_directory("dask-slurm-render-")
        archive = self._folder / CONTROLLER_ARCHIVE
        await in_thread(lambda: write_private(archive, controller_archive()))
        environment = self._environment
        argv = [*environment.argv, str(archive), "--render", str(self._folder)]
        env = environment.variables(os.environ)
        try:
            self._process = await Child.start(argv, environment=env, line_limit=_LINE_LIMIT, heard=False)
        except OSError as error:
            said = of_program(argv[0], error, path=env.get("PATH"))
            raise MachineFault(said, field="options.kernel", details=str(error)) from error
        return self._process

    async def _end(self) -> None:
        self.is_warm = False
        process, self._process = self._process, None
        if process is not None:
            await process.end()
        if self._folder is not None:
            await in_thread(shutil.rmtree, self._folder, ignore_errors=True)
            self._folder = None
