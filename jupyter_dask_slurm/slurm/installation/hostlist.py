"""Names of nodes as Slurm writes them together: ``n[1-3,7],gpu01`` (scontrol(1), "show hostnames"); pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import lru_cache

MOST = 100_000
"""No expression may come to more names: what a user types is expanded too."""

_TERM = re.compile(r"(?:[^\[\],]+|\[[^\[\]]*\])+")
_PART = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def expand(expression: str) -> list[str]:
    """Return the names that an expression stands for.

    Raises
    ------
    ValueError
        If it is none, or comes to more than `MOST` names.

    Examples
    --------
    >>> expand("n[08-10],gpu1")
    ['n08', 'n09', 'n10', 'gpu1']
    """
    names = list(itertools.islice(_names(expression), MOST + 1))
    if len(names) > MOST:
        raise ValueError(expression)
    return names


@lru_cache(maxsize=1024)
def nodes_in(text: str | None) -> tuple[str, ...]:
    """Return the names of a job's nodes, as squeue has written them; what cannot be read stays as it is.

    >>> nodes_in("n[1-2]"), nodes_in(None)
    (('n1', 'n2'), ())
    """
    try:
        return tuple(expand(text or ""))
    except ValueError:
        return (text or "",)


def _names(expression: str) -> Iterator[str]:
    place = 0
    while place < len(expression):
        term = _TERM.match(expression, place)
        if term is None:
            raise ValueError(expression)
        place = term.end()
        parts = [_alternatives(*part.groups()) for part in _PART.finditer(term[0])]
        yield from map("".join, _combinations(parts))
        if expression[place : place + 1] == ",":
            place += 1
            if place == len(expression):
                raise ValueError(expression)


def _combinations(parts: list[list[str]]) -> Iterator[tuple[str, ...]]:
    size = 1
    for part in parts:
        size *= len(part)
        if size > MOST:
            raise ValueError("too many names")
    return itertools.product(*parts)


def _alternatives(bracket: str | None, text: str | None) -> list[str]:
    """Return what one part of a name may be: the text, or the numbers of a bracket with their zeros."""
    if bracket is None:
        return [text or ""]
    numbers: list[str] = []
    for piece in bracket.split(","):
        found = _RANGE.fullmatch(piece)
        if found is None:
            raise ValueError(bracket)
        first, last = found[1], found[2] or found[1]
        if not 0 <= int(last) - int(first) < MOST:
            raise ValueError(bracket)
        numbers += [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
    return numbers
