"""Jupyter's kernels as places where a cluster can run.

A kernel's Python is found by running it: the kernelspec's own argv up to ``-m``, with its own ``env``, so
that module wrappers, ``conda run`` and containers are honoured. The Jupyter server's own Python is looked
at without a process.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ..protocol.errors import EnvironmentUnusable
from ..protocol.models import EnvironmentInfo, Kernel
from ..system.beside_loop import CutShort, run_to_end
from ..system.clean_environment import clean_environment
from ..system.faults import of_program
from ..system.json_text import parse_json

PROBE_TIMEOUT_S = 20.0
DISTRIBUTIONS = ("dask", "distributed", "dask-jobqueue", "bokeh")
DEFAULT_KERNEL = "python3"

# Runs in the kernel's Python, whatever its version: standard library only.
_PROBE = """
import json, sys, sysconfig
from importlib.metadata import PackageNotFoundError, version
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        pass
where = {"python": sys.executable, "packages": sysconfig.get_path("purelib")}
print("\\n" + json.dumps({**where, "versions": found}))
"""
# `conda run` takes no line breaks in arguments.
_PROBE_IN_ONE_LINE = f"exec({_PROBE!r})"


class KernelSpecs(Protocol):
    """What we need of Jupyter's ``KernelSpecManager``."""

    def get_all_specs(self) -> dict[str, Any]:
        """Return ``{name: {"resource_dir": …, "spec": {"argv": […], "env": {…}, …}}}``."""


@dataclass(frozen=True)
class Environment:
    """A Python that was looked at: how it is started, and what is installed there."""

    kernel: str | None
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    packages: str | None = None
    problem: str | None = None
    specification: Path | None = None

    @property
    def info(self) -> EnvironmentInfo:
        """Return what a cluster shows of its environment."""
        return EnvironmentInfo(self.kernel, self.python or self.argv[0], self.versions.get("distributed"))


class Environments:
    """All kernels of this Jupyter, each looked at once until its Python or its packages change."""

    def __init__(self, specs: KernelSpecs) -> None:
        self._specs = specs
        self._known: dict[tuple[Any, ...], tuple[tuple[float, ...], Environment]] = {}

    async def kernels(self) -> list[Kernel]:
        """Return every kernel, usable or with the reason why not; the default one first."""
        specs = self._all_specs()
        names = sorted(specs, key=lambda name: (name != DEFAULT_KERNEL, name))
        environments = await asyncio.gather(*(self._look(name, specs[name]) for name in names))
        return [
            Kernel(
                name=name,
                display_name=str(specs[name].get("display_name", name)),
                python=environment.python,
                distributed=environment.versions.get("distributed"),
                usable=environment.problem is None,
                problem=environment.problem,
            )
            for name, environment in zip(names, environments, strict=True)
        ]

    async def find(self, kernel: str | None, python: str | None, *, backend: str) -> Environment:
        """Return the environment in which a cluster shall run.

        Parameters
        ----------
        kernel : str, optional
            Name of a kernelspec; ``python3`` where neither is given.
        python : str, optional
            Absolute path of an interpreter, which is then used in place of the kernel's.
        backend : str
            ``local`` needs no dask-jobqueue.

        Raises
        ------
        EnvironmentUnusable
            With what there is, or with the command that mends it.
        """
        specs = self._all_specs()
        if python is not None and kernel in {None, *specs}:
            environment = await self._look(None, {"argv": [python, "-m", "ipykernel_launcher"]})
            return _usable(environment, "options.python", backend)
        name = kernel or (
            DEFAULT_KERNEL if DEFAULT_KERNEL in specs else next(iter(sorted(specs)), DEFAULT_KERNEL)
        )
        if name not in specs:
            there_are = ", ".join(sorted(specs)) or "none"
            raise EnvironmentUnusable(
                f'There is no kernel "{name}" here. There are: {there_are}.', field="options.kernel"
            )
        environment = _usable(await self._look(name, specs[name]), "options.kernel", backend)
        folder = self._specs.get_all_specs()[name].get("resource_dir")
        return dataclasses.replace(environment, specification=Path(folder) if folder else None)

    def _all_specs(self) -> dict[str, dict[str, Any]]:
        return {name: found["spec"] for name, found in self._specs.get_all_specs().items()}

    async def _look(self, name: str | None, spec: Mapping[str, Any]) -> Environment:
        argv = interpreter_argv(spec.get("argv", []))
        env = {str(key): str(value) for key, value in (spec.get("env") or {}).items()}
        if argv is None:
            return Environment(
                name,
                ("",),
                problem="This kernel does not start a Python by -m; give the option python instead.",
            )
        key = (name, argv, tuple(sorted(env.items())))
        known = self._known.get(key)
        if known is not None and known[0] == _stamps(known[1]):
            return known[1]
        environment = _own(name) if argv == (sys.executable,) and not env else await _probe(name, argv, env)
        # What cannot run a cluster may be mended at any time: it is looked at anew.
        if environment.problem is None:
            self._known[key] = (_stamps(environment), environment)
        return environment


def interpreter_argv(argv: list[str]) -> tuple[str, ...] | None:
    """Return the words of a kernel's command line that start its Python; None if that cannot be told.

    A bare ``python`` means Jupyter's own, as in ``jupyter_client.KernelManager.format_kernel_cmd``.

    >>> interpreter_argv(["/opt/run-in", "env", "python", "-m", "ipykernel_launcher"])
    ('/opt/run-in', 'env', 'python')
    """
    if "-m" not in argv or argv.index("-m") == 0:
        return None
    start = list(argv[: argv.index("-m")])
    own_names = {
        "python",
        f"python{sys.version_info[0]}",
        f"python{sys.version_info[0]}.{sys.version_info[1]}",
    }
    if start[0] in own_names:
        start[0] = sys.executable
    # An option of the interpreter that only speeds up the debugger; without it our own Python is recognised.
    return tuple(word for word in start if word != "-Xfrozen_modules=off")


def _own(name: str | None) -> Environment:
    versions: dict[str, str] = {}
    for distribution in DISTRIBUTIONS:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[distribution] = importlib.metadata.version(distribution)
    packages = sysconfig.get_path("purelib")
    return _checked(Environment(name, (sys.executable,), {}, sys.executable, versions, packages))


async def _probe(name: str | None, argv: tuple[str, ...], env: Mapping[str, str]) -> Environment:
    whole = clean_environment(os.environ, env)
    try:
        # -c has Python import from where it is started.
        done = await run_to_end(
            [*argv, "-c", _PROBE_IN_ONE_LINE, *DISTRIBUTIONS],
            timeout_s=PROBE_TIMEOUT_S,
            environment=whole,
            directory=Path("/"),
        )
    # Before OSError: from Python 3.11 on it is one.
    except CutShort as cut:
        words = cut.stderr.decode(errors="replace").strip().splitlines()
        last = f" It had said: {words[-1]}" if words else ""
        return Environment(
            name, argv, env, problem=f"{argv[0]} did not answer within {PROBE_TIMEOUT_S:.0f} s.{last}"
        )
    except OSError as error:
        return Environment(name, argv, env, problem=of_program(argv[0], error, path=whole.get("PATH")))
    try:
        # The last line: wrappers may print before it.
        found = parse_json(done.stdout.splitlines()[-1])
        return _checked(Environment(name, argv, env, found["python"], found["versions"], found["packages"]))
    except (IndexError, ValueError, KeyError, TypeError):
        said = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [
            f"exit code {done.exit_code}"
        ]
        return Environment(name, argv, env, problem=f"{argv[0]} does not run Python here: {said[0]}")


def _checked(environment: Environment) -> Environment:
    """Return the environment with what keeps a Slurm cluster from running there."""
    missing = [name for name in ("distributed", "dask-jobqueue") if name not in environment.versions]
    if not missing:
        return environment
    words = " and no ".join(missing)
    return dataclasses.replace(
        environment,
        problem=f"The Python of this kernel has no {words}. Install it there: "
        f"{environment.python} -m pip install {' '.join(missing)}",
    )


def _usable(environment: Environment, field_name: str, backend: str) -> Environment:
    local_will_do = backend == "local" and "distributed" in environment.versions
    if environment.problem is not None and not local_will_do:
        raise EnvironmentUnusable(environment.problem, field=field_name)
    return environment


def _stamps(environment: Environment) -> tuple[float, ...]:
    """Return modification times that change when the interpreter or its packages do."""
    stamps = []
    for place in (environment.python, environment.packages):
        with suppress(OSError):
            stamps.append(Path(place or environment.argv[0]).stat().st_mtime)
    return tuple(stamps)
