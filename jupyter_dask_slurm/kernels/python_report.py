"""What a Python says of itself: the code that asks a process or a kernel, and how the answer is read."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..system.beside_loop import CutShort, run_to_end
from ..system.faults import of_program
from ..system.json_text import parse_json
from .environment import DISTRIBUTIONS, Environment, lack, too_old

PROBE_TIMEOUT_S = 20.0

# Runs in any Python that a kernel may be of, whatever its version: standard library only.
# Variables are those with which the process was started: IPython sets more for itself.
_SOURCE = f"""
import json, os, sys, sysconfig
def first(*ways):
    for way in ways:
        try:
            return way()
        except Exception:
            pass
def text(raw):
    return raw.decode("utf-8", "replace")
def versions():
    from importlib.metadata import PackageNotFoundError, version
    found = {{}}
    for name in {DISTRIBUTIONS!r}:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found
def started_with():
    with open("/proc/self/environ", "rb") as file:
        pairs = [text(pair).partition("=") for pair in file.read().split(b"\\0") if b"=" in pair]
    return dict((name, value) for name, _, value in pairs)
def content(path):
    with open(path) as file:
        return file.read().strip()
def identity():
    status = os.stat(sys.executable)
    return [status.st_dev, status.st_ino]
answer = json.dumps({{
    "python": sys.executable,
    "version": list(sys.version_info[:2]),
    "packages": sysconfig.get_path("purelib"),
    "versions": first(versions) or {{}},
    "options": (["-I"] if getattr(sys.flags, "isolated", 0) else
                ["-s"] * sys.flags.no_user_site + ["-E"] * sys.flags.ignore_environment),
    "environ": first(started_with, lambda: dict(os.environ)),
    "host": first(lambda: os.uname()[1]),
    "boot": first(lambda: content("/proc/sys/kernel/random/boot_id")),
    "mounts": first(lambda: os.readlink("/proc/self/ns/mnt")),
    "file": first(identity),
}})
"""
# `conda run` and others take no line breaks in arguments.
_PRINTED = f"exec({_SOURCE + chr(10) + 'print(chr(10) + answer)'!r})"
EXPRESSION = f"(lambda space: (exec({_SOURCE!r}, space), space['answer'])[1])({{}})"
"""For a kernel, among the ``user_expressions`` of an ``execute_request``: it leaves no name behind."""


@dataclass(frozen=True)
class PythonReport:
    """What a Python says of itself.

    Parameters
    ----------
    options : tuple of str
        Of its command line, those that decide which packages it finds.
    environ : mapping
        The variables with which it was started.
    host, boot, mounts : str or None
        The machine's name, which run of its kernel that is, and which view of the file system.
    file : tuple of int, optional
        Device and inode of its executable.
    """

    python: str
    version: tuple[int, ...]
    packages: str | None
    versions: Mapping[str, str]
    options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    host: str | None = None
    boot: str | None = None
    mounts: str | None = None
    file: tuple[int, ...] | None = None

    @classmethod
    def parse(cls, text: str | bytes) -> PythonReport:
        """Return the report in the answer of the code above; raises `ValueError` where it is none."""
        found = parse_json(text)
        try:
            return cls(
                python=_text(found["python"]),
                version=tuple(map(int, found["version"])),
                packages=found["packages"],
                versions={str(name): _text(number) for name, number in found["versions"].items()},
                options=tuple(map(_text, found["options"])),
                environ={str(name): _text(value) for name, value in found["environ"].items()},
                host=found["host"],
                boot=found["boot"],
                mounts=found["mounts"],
                file=tuple(found["file"]) if found["file"] else None,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("is no report of a Python") from error

    def environment(
        self,
        kernel: str | None,
        argv: tuple[str, ...],
        env: Mapping[str, str],
        unset: frozenset[str] = frozenset(),
    ) -> Environment:
        """Return it as an environment that is started so."""
        python, old = self.python or None, too_old(self.version)
        if old is not None:
            return Environment(kernel, argv, env, python, problem=old)
        problem = lack(self.versions, python)
        return Environment(kernel, argv, env, python, self.versions, self.packages, problem, unset=unset)

    @classmethod
    def from_repr(cls, text: str) -> PythonReport:
        """Return the report that a kernel shows as the ``repr`` of a text; raises `ValueError`."""
        try:
            return cls.parse(ast.literal_eval(text))
        except (SyntaxError, TypeError, MemoryError, RecursionError) as error:
            raise ValueError("is no text of Python") from error


@dataclass(frozen=True)
class Silence:
    """Why a Python said nothing of itself, as a predicate: ``cannot be started: …``."""

    why: str


async def ask_python(
    argv: Sequence[str], environ: Mapping[str, str], script: Path | None = None
) -> PythonReport | Silence:
    """Run a Python and return what it says of itself.

    Parameters
    ----------
    argv : sequence of str
        The words that start it.
    environ : mapping
        All its variables.
    script : Path, optional
        A file with `script_text`, to be run in place of the same code as an argument.
    """
    words = [str(script)] if script else ["-c", _PRINTED]
    try:
        # -c has Python import from where it is started.
        done = await run_to_end(
            [*argv, *words], timeout_s=PROBE_TIMEOUT_S, environment=environ, directory=Path("/")
        )
    # Before OSError: from Python 3.11 on it is one.
    except CutShort as cut:
        said = last_words(cut.stderr)
        heard = f". It had said: {said}" if said else ""
        return Silence(f"does not answer: {argv[0]} said nothing within {PROBE_TIMEOUT_S:.0f} s{heard}")
    except OSError as error:
        return cannot_start(argv[0], error, environ)
    try:
        # The last line: wrappers may print before it.
        return PythonReport.parse(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        said = last_words(done.stderr) or f"exit code {done.exit_code}"
        return Silence(f"cannot be started: {argv[0]} does not run Python here ({said})")


def cannot_start(program: str, error: OSError, environ: Mapping[str, str]) -> Silence:
    """Return that, and why, as a predicate."""
    sentence = of_program(program, error, path=environ.get("PATH", os.defpath))
    why = sentence.removeprefix(f"{program} cannot be started: ").removesuffix(".")
    return Silence(f"cannot be started: {program}: {why}")


def script_text() -> str:
    """Return the code that asks as a script."""
    return _SOURCE + "print(chr(10) + answer)\n"


def last_words(output: bytes) -> str:
    """Return the last line that a program has written, shortened; empty where there is none."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(json.dumps(value)[:60])
    return value
