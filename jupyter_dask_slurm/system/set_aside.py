"""What is done with a file that cannot be used: it is moved aside, and who reads it is told why, each time.

So one bad file never hides the others, its content is not lost, and its place is free for a good one.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from ..protocol.errors import FileDamaged
from .files import read_json

_T = TypeVar("_T")
log = logging.getLogger(__name__)


def read_or_set_aside(path: Path, build: Callable[[Any], _T]) -> _T:
    """Return what `build` makes of a private file of JSON; one that is damaged becomes ``<name>.damaged``.

    Parameters
    ----------
    build : callable
        Gets the plain values; raises `ValueError` with a predicate where they are not what they should be.

    Raises
    ------
    FileNotFoundError
        If there is no such file, and none was set aside.
    FileDamaged
        With the reason, also when it was set aside before and nothing has taken its place.
    StorageUnavailable
        If the disk does not give it now; it stays where it is.
    """
    aside = path.with_suffix(".damaged")
    try:
        return _built(path, build)
    except FileNotFoundError:
        raise _why(path, aside, build) from None
    except FileDamaged as error:
        log.warning("%s", error.message)
        _move(path, aside)
        raise _with_place(error, path, aside) from error


def _built(path: Path, build: Callable[[Any], _T]) -> _T:
    value = read_json(path)
    try:
        return build(value)
    except ValueError as error:
        raise FileDamaged(f"Cannot use {path}: {error}.") from error


def _why(path: Path, aside: Path, build: Callable[[Any], object]) -> Exception:
    """Return what is said where there is no file."""
    if not os.path.lexists(aside):
        return FileNotFoundError(path)
    try:
        _built(aside, build)
    except FileDamaged as error:
        return _with_place(error, path, aside)
    except FileNotFoundError as error:  # moved away just now
        return error
    return FileDamaged(f"{path} is gone; {aside} was set aside before.")


def _with_place(error: FileDamaged, path: Path, aside: Path) -> FileDamaged:
    why = error.message.replace(str(aside), str(path))
    place = f" It was set aside as {aside.name}." if os.path.lexists(aside) else ""
    return FileDamaged(f"{why}{place}", details=error.details)


def _move(path: Path, aside: Path) -> None:
    """Move whatever stands there; what was set aside before gives way."""
    try:
        path.replace(aside)
    except OSError:
        # A directory does not take the place of a file, nor the other way round.
        with suppress(OSError):
            aside.rename(aside.with_name(f"{aside.name}.{os.urandom(4).hex()}"))
            path.replace(aside)
