"""Jupyter's kernels as places where a cluster can run.

What a list of kernels says is read from files, and runs nothing of theirs. A kernel is looked at when a user
chooses it: an interpreter is asked itself, and whatever else stands in a command line is started once as
Jupyter would start it, in the background, and asked for its ``sys.executable`` and its variables. The Jupyter
server's own Python is looked at without a process.
"""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..protocol.errors import EnvironmentUnusable
from ..protocol.models import Kernel
from ..slurm.script.python_words import is_path
from ..system import clock
from ..system.beside_loop import in_thread
from ..system.clean_environment import clean_environment
from .command_line import program_of, told_python
from .environment import DISTRIBUTIONS, Environment, lack, too_old
from .installed import installed
from .python_here import environment_of
from .python_report import Silence, ask_python, cannot_start
from .specifications import KernelSpecs, Specification, read_specifications, why_left_out
from .started_kernel import KernelStarter

DEFAULT_KERNEL = "python3"
FAILURE_COUNTS_S = 30.0
"""So long a kernel that could not be used is not started again, in seconds, unless it changes."""
_AT_ONCE = 2


@dataclass(frozen=True)
class _Look:
    environment: Environment
    stamps: tuple[float, ...]
    at: float
    was_started: bool

    @property
    def counts(self) -> bool:
        """Whether it need not be done again. What cannot run a cluster may be mended at any time."""
        lasts = self.environment.problem is None
        recent = self.was_started and clock.now() - self.at < FAILURE_COUNTS_S
        return (lasts or recent) and self.stamps == _stamps(self.environment)


class Environments:
    """All kernels of this Jupyter, each looked at once until it, its Python or its packages change.

    Parameters
    ----------
    specs : KernelSpecs
        Jupyter's.
    folder : Path, optional
        The working directory of kernels, by default that of this process.
    """

    def __init__(self, specs: KernelSpecs, folder: Path | None = None) -> None:
        self._specs = specs
        self._starter = KernelStarter(folder or Path.cwd())
        self._looks: dict[str, _Look] = {}
        self._looking: dict[str, asyncio.Task[Environment]] = {}
        self._unheard: dict[tuple[str | None, str | None], asyncio.Task[Environment]] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def kernels(self) -> list[Kernel]:
        """Return every kernel, usable or with the reason why not, the default one first; runs none."""
        specifications = await read_specifications(self._specs)
        names = sorted(specifications, key=lambda name: (name != DEFAULT_KERNEL, name))
        return list(await asyncio.gather(*(self._listed(specifications[name]) for name in names)))

    async def find(self, kernel: str | None, python: str | None, *, backend: str) -> Environment:
        """Return the environment in which a cluster shall run; looks at it where that was not done.

        Parameters
        ----------
        kernel : str, optional
            Name of a kernelspec; ``python3`` where neither is given.
        python : str, optional
            Absolute path of an interpreter, which is then used in place of the kernel's. Anything else starts
            the Python of workers, in a job; the scheduler has the kernel's.
        backend : str
            ``local`` needs no dask-jobqueue.

        Raises
        ------
        EnvironmentUnusable
            With what there is, or with the command that mends it.
        """
        specifications = await read_specifications(self._specs)
        if python is not None and not await in_thread(is_path, python):
            _require_jobs(python, backend)
        elif python is not None and kernel in {None, *specifications}:
            environment = await self._look_at_python(python)
            return _usable(environment, f"The Python {python}", "options.python", backend)
        if kernel is not None and kernel not in specifications:
            left_out = await in_thread(why_left_out, self._specs, kernel)
            if left_out is not None:
                raise EnvironmentUnusable(f'The kernel "{kernel}" {left_out}.', field="options.kernel")
        specification = _chosen(specifications, kernel)
        environment = await self._look(specification)
        named = f'The kernel "{specification.display_name}"'
        return dataclasses.replace(
            _usable(environment, named, "options.kernel", backend), specification=specification.folder
        )

    async def default(self) -> Environment:
        """Return the default environment, without a kernel being started: else that of Jupyter itself."""
        specifications = await read_specifications(self._specs)
        with suppress(EnvironmentUnusable):
            specification = _chosen(specifications, None)
            known = await self._known(specification)
            if known is None and await in_thread(lambda: _told(specification)) is not None:
                known = await self._look(specification)
            if known is not None and "distributed" in known.versions:
                return known
        return _own(None)

    async def is_known_within(self, kernel: str | None, python: str | None, seconds: float) -> bool:
        """Return whether `find` can answer within so many seconds; where it cannot, the look goes on."""
        asked = (kernel, python)
        looking = self._unheard.get(asked)
        if looking is None:  # else one that hangs on its disk would take another thread at each question
            looking = self._unheard[asked] = asyncio.create_task(self._find_here(kernel, python))
            looking.add_done_callback(lambda _task: self._unheard.pop(asked, None))
            looking.add_done_callback(_is_over)
        await asyncio.wait({looking}, timeout=seconds)
        return looking.done()

    async def close(self) -> None:
        """End the kernels that were started for a look."""
        tasks = [*self._unheard.values(), *self._looking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _find_here(self, kernel: str | None, python: str | None) -> Environment:
        # What runs a Python in jobs is not looked at, and no reason not to look at the kernel.
        path = python if python is not None and await in_thread(is_path, python) else None
        return await self.find(kernel, path, backend="local")

    async def _listed(self, specification: Specification) -> Kernel:
        environment = await self._known(specification) or await in_thread(_as_files_tell, specification)
        return Kernel(
            name=specification.name,
            display_name=specification.display_name,
            python=environment.python if environment else None,
            distributed=environment.versions.get("distributed") if environment else None,
            usable=environment is None or environment.problem is None,
            problem=environment.problem if environment else None,
            language=specification.language or "python",
            looked_at=environment is not None,
        )

    async def _known(self, specification: Specification) -> Environment | None:
        look = self._looks.get(await in_thread(specification.content))
        return look.environment if look is not None and await in_thread(lambda: look.counts) else None

    async def _look(self, specification: Specification) -> Environment:
        if specification.problem is not None:
            return _of(specification, specification.problem)
        known = await self._known(specification)
        if known is not None:
            return known
        key = await in_thread(specification.content)
        task = self._looking.get(key)
        if task is None:
            task = self._looking[key] = asyncio.create_task(self._look_anew(key, specification))
            task.add_done_callback(lambda _task: self._looking.pop(key, None))
            task.add_done_callback(_is_over)
        # Who asks first may give up; others, and the next time, have it.
        return await asyncio.shield(task)

    async def _look_anew(self, key: str, specification: Specification) -> Environment:
        told = await in_thread(_told, specification)
        missing = await in_thread(_missing, specification)
        if missing is not None:
            environment = _of(specification, missing.why)
        elif told is not None:
            environment = await _ask(specification.name, told, specification.env)
        else:
            async with self._at_once:
                said = await self._starter.ask(specification)
            environment = await environment_of(specification, said)
        stamps = await in_thread(_stamps, environment)
        self._looks[key] = _Look(environment, stamps, clock.now(), told is None)
        return environment

    async def _look_at_python(self, python: str) -> Environment:
        known = self._looks.get(python)
        if known is not None and await in_thread(lambda: known.counts):
            return known.environment
        environment = await _ask(None, (python,), {})
        self._looks[python] = _Look(environment, await in_thread(_stamps, environment), clock.now(), False)
        return environment


def _is_over(task: asyncio.Task[Environment]) -> None:
    if not task.cancelled():
        task.exception()  # told to who waits, if anybody still does


def _chosen(specifications: Mapping[str, Specification], kernel: str | None) -> Specification:
    usual = [DEFAULT_KERNEL, *sorted(name for name, found in specifications.items() if found.is_python)]
    name = kernel or next((name for name in usual if name in specifications), DEFAULT_KERNEL)
    if name not in specifications:
        there_are = ", ".join(sorted(specifications)) or "none"
        raise EnvironmentUnusable(
            f'There is no kernel "{name}" here. There are: {there_are}.', field="options.kernel"
        )
    return specifications[name]


def _told(specification: Specification) -> tuple[str, ...] | None:
    if specification.problem is not None or not specification.is_local:
        return None
    return told_python(specification.argv, {**os.environ, **specification.env})


def _as_files_tell(specification: Specification) -> Environment | None:
    """Return what is known of a kernel that nobody has chosen yet; None where only a look can tell."""
    if specification.problem is not None:
        return _of(specification, specification.problem)
    missing = _missing(specification)
    if missing is not None:
        return _of(specification, missing.why)
    told = _told(specification)
    return _read(specification, told) if told else None


def _missing(specification: Specification) -> Silence | None:
    """Return that the first word of a kernel's command line is no program here."""
    environ, program = {**os.environ, **specification.env}, specification.argv[0]
    is_elsewhere = not specification.is_local or (os.sep in program and not Path(program).is_absolute())
    if is_elsewhere or program_of(specification.argv, environ) is not None:
        return None
    return cannot_start(program, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), environ)


def _read(specification: Specification, told: tuple[str, ...]) -> Environment | None:
    if _is_own(told, specification.env):
        return _own(specification.name)
    found = installed(told, clean_environment(os.environ, specification.env))
    if found is None:
        return None
    problem = too_old(found.version) or lack(found.versions, told[0])
    if problem is not None and not found.certain:
        return None
    packages = str(found.folder)
    return Environment(
        specification.name, told, specification.env, told[0], found.versions, packages, problem
    )


def _of(specification: Specification, problem: str) -> Environment:
    return Environment(specification.name, specification.argv[:1] or ("",), problem=problem)


def _is_own(argv: tuple[str, ...], env: Mapping[str, str]) -> bool:
    return argv == (sys.executable,) and not env


def _own(name: str | None) -> Environment:
    versions: dict[str, str] = {}
    for distribution in DISTRIBUTIONS:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[distribution] = importlib.metadata.version(distribution)
    python, packages = sys.executable, sysconfig.get_path("purelib")
    return Environment(name, (python,), {}, python, versions, packages, lack(versions, python))


async def _ask(name: str | None, argv: tuple[str, ...], env: Mapping[str, str]) -> Environment:
    if _is_own(argv, env):
        return _own(name)
    said = await ask_python(argv, clean_environment(os.environ, env))
    if isinstance(said, Silence):
        return Environment(name, argv, env, problem=said.why)
    return said.environment(name, argv, env)


def _require_jobs(python: str, backend: str) -> None:
    if backend == "local":
        raise EnvironmentUnusable(
            f'The Python of a cluster of this machine must be a path; not "{python:.60}".',
            field="options.python",
        )


def _usable(environment: Environment, named: str, field_name: str, backend: str) -> Environment:
    local_will_do = backend == "local" and "distributed" in environment.versions
    if environment.problem is not None and not local_will_do:
        raise EnvironmentUnusable(f"{named} {environment.problem}.", field=field_name)
    return environment


def _stamps(environment: Environment) -> tuple[float, ...]:
    """Return modification times that change when the interpreter or its packages do."""
    stamps = []
    for place in (environment.python, environment.packages):
        with suppress(OSError):
            stamps.append(Path(place or environment.argv[0]).stat().st_mtime)
    return tuple(stamps)
