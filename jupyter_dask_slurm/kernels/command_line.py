"""What a kernel's command line tells by itself, without anything being run.

It tells which Python runs only where its first word is an interpreter, that is, a program and no script, and
what follows are that interpreter's own options up to ``-m ipykernel_launcher``. Whatever else stands there
(``env``, ``conda run``, a script of a site, ``docker run -m 4g``, a module that starts another Python) has to
be started.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..protocol.errors import StorageUnavailable
from ..system.files import open_plain

_LAUNCHERS = frozenset({"ipykernel_launcher", "ipykernel", "ipykernel.kernelapp"})
_INTERPRETER = re.compile(r"(python|pypy)[0-9.]*")
# Of python(1): these change neither which Python runs nor its packages, or have their word after them.
_OPTION = re.compile(r"-[IsEuBPOqdb]+|-[XW].+")
_WITH_A_WORD = frozenset({"-X", "-W"})
# Only speeds up the debugger; without it Jupyter's own Python is recognised.
_OF_THE_DEBUGGER = "-Xfrozen_modules=off"
_ELF = b"\x7fELF"


def told_python(argv: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the words of a command line that start its Python; None where it does not tell. Reads files.

    Parameters
    ----------
    argv : sequence of str
        As `jupyter_client` would run it.
    environ : mapping
        In whose ``PATH`` its first word is looked for.
    """
    at = before_launcher(argv)
    program = program_of(argv, environ)
    if at is None or program is None or not _is_interpreter(Path(program)):
        return None
    options = list(argv[1:at])
    rest = iter(options)
    for word in rest:
        if word in _WITH_A_WORD:
            next(rest, None)
        elif not _OPTION.fullmatch(word):
            return None
    return (program, *(word for word in options if word != _OF_THE_DEBUGGER))


def program_of(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Return the path of what a command line starts; None where there is none, or it cannot be told."""
    if os.sep in argv[0] and not Path(argv[0]).is_absolute():
        return None  # it depends on where it is started
    return shutil.which(argv[0], path=environ.get("PATH", os.defpath))


def before_launcher(argv: Sequence[str]) -> int | None:
    """Return where ``-m ipykernel_launcher`` begins.

    >>> before_launcher(["docker", "run", "-m", "4g", "image", "python", "-m", "ipykernel_launcher"])
    6
    """
    for at in range(len(argv) - 2, 0, -1):
        if argv[at] == "-m" and argv[at + 1] in _LAUNCHERS:
            return at
    return None


def _is_interpreter(program: Path) -> bool:
    """Return whether a program is a Python itself: scripts of that name may do anything."""
    try:
        real = program.resolve()
        if not _INTERPRETER.fullmatch(real.name):
            return False
        with open_plain(real) as file:
            return file.read(len(_ELF)) == _ELF
    except (OSError, RuntimeError, StorageUnavailable):
        return False
