"""What the option ``python`` names: a path, or words with which each job starts a Python."""

from __future__ import annotations

import os
import re

from ...system.places import is_file, is_there


def is_path(python: str) -> bool:
    """Return whether it names an interpreter, and not what starts one; looks where it has spaces in it.

    >>> [is_path(python) for python in ("/opt/bin/python", "python", "/usr/bin/srun -n 1 python")]
    [True, False, False]
    """
    return python.startswith("/") and (re.search(r"[\s$]", python) is None or is_file(python))


def at_home(python: str) -> str:
    """Return it with a home directory in place of ``~``, ``$HOME`` or ``${HOME}``, where there is one."""
    # That of pathlib raises where it knows none.
    return os.path.expanduser(re.sub(r"^\$(HOME|\{HOME\})(?=/)", "~", python))  # noqa: PTH111


def why_no_program(python: str) -> str | None:
    """Return why no job can start its first word, as a predicate; None where one might."""
    first, *_rest = _words_of(python)
    if "/" not in first or first.startswith(("/", "$")):
        return None
    return f'must be an absolute path, for jobs start it in directories of their own; not "{first:.60}"'


def doubt(python: str) -> str | None:
    """Return a sentence about what is no path, and perhaps was meant to be one; looks whether it is there."""
    first, *rest = _words_of(python)
    if is_path(python) or "/" not in first:
        return None
    if first.startswith("$") and not rest:
        return (
            f"Only a job knows what {python} is: the scheduler has the kernel's Python, and both need the "
            "same versions of Dask. Write the whole path, and both run there."
        )
    if not first.startswith("/") or is_there(first):
        return None
    return (
        f"There is no program {first} here, with which jobs are to start their Python. A path with spaces is "
        "taken as one where all of it is there."
    )


def _words_of(python: str) -> list[str]:
    """Return the words from the program on: a shell takes assignments before it."""
    words = python.split()
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        del words[0]
    return words or [""]
