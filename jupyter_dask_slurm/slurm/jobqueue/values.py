"""What each kind of value may be written as in a file, and what it is taken for. Pure.

A reader takes a value as YAML gave it, and how that is spelt (None where not known). It returns the value of
our type and, where that is not just what stands there, a predicate that says so. It raises `ValueError` with
a predicate where a value could mean several things, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...protocol.memory_size import parse_memory
from ..script.sbatch_options import words_of
from ..units import format_walltime, parse_walltime

Reader = Callable[[Any, "str | None"], tuple[Any, "str | None"]]


class Unclear(ValueError):
    """A value that could mean several things, or none: a predicate that says what it must be."""


_MOST = 1_000_000
_SEXAGESIMAL = re.compile(r"\d+(:\d+){2}", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_SLURM_SIZE = re.compile(r"(\d{1,12})\s*([KMGT]?)(i?B)?", re.ASCII | re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_YES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def says_nothing(value: Any) -> bool:
    """Return whether a key has nothing, however that is written."""
    return value in (None, [], {}, "", ())


def text(value: Any, spelt: str | None) -> tuple[str, str | None]:
    """Read a text; YAML makes numbers and the like of some, such as the partition ``0123``."""
    value, only = _only_one(value)
    if isinstance(value, str):
        return value, only
    if isinstance(value, bool) and spelt is None:
        raise Unclear("must be text; YAML takes words such as yes and no for it only in quotation marks")
    if isinstance(value, (bool, int, float)):
        read = str(value) if spelt is None else spelt
        return read, only or (f'is taken as "{read}", as it stands there' if read != str(value) else None)
    raise Unclear(f"must be text; not {_kind(value)}")


def partitions(value: Any, spelt: str | None) -> tuple[str, str | None]:
    """Read names of partitions; a list of them is what a user of several has in mind."""
    if isinstance(value, str):
        value = re.sub(r"\s*,\s*", ",", value)
    if isinstance(value, (list, tuple)) and len(value) > 1:
        names = [text(item, None)[0].strip() for item in value]
        return ",".join(names), f'is taken as "{",".join(names)}": any of these'
    return text(value, spelt)


def walltime(value: Any, spelt: str | None) -> tuple[str, str | None]:
    """Read a walltime. Slurm takes a number for minutes, YAML 1.1 makes one of ``12:00:00``: of seconds."""
    value, only = _only_one(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unclear(f"must be a time as Slurm writes it; not {_kind(value)}")
    read, note = str(value).strip(), only
    if not isinstance(value, str):
        number, quotation = str(value), "Quotation marks around it keep it as it is"
        if spelt is not None and _SEXAGESIMAL.fullmatch(spelt):
            read = spelt
            note = f"is taken as {spelt}, as it stands there; YAML reads the number {number}. {quotation}"
        elif spelt is not None and ":" in spelt and isinstance(value, int):
            read = number
            note = (
                f"is read by YAML as the number {number}, which Slurm takes for minutes "
                f"({format_walltime(value * 60)}). {quotation}"
            )
        elif spelt is None and isinstance(value, int) and value >= 60:
            note = (
                f"is the number {number}, which Slurm takes for minutes ({format_walltime(value * 60)}). "
                f"YAML makes such a number of {format_walltime(value)}, "
                "unless walltime stands in quotation marks"
            )
    try:
        parse_walltime(read)
    except ValueError:
        raise Unclear(
            'must be a time as Slurm writes it: "90" (minutes), "12:00:00" or "2-00:00:00"; '
            f"not {_shown(read)}"
        ) from None
    return read, note


def memory(value: Any, _spelt: str | None) -> tuple[str, str | None]:
    """Read a size as Dask does: a number, or one in a text, is bytes."""
    value, only = _only_one(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unclear(f"must be a size such as 16 GB; not {_kind(value)}")
    plain = " ".join(str(value).split()) if isinstance(value, str) else f"{int(value)}"
    try:
        size = parse_memory(plain)
    except ValueError:
        raise Unclear(f"must be a size such as 16 GB or 1500 MiB; not {_shown(value)}") from None
    if size < 1_000_000:
        raise Unclear(f"must be at least 1 MB; {_shown(value)} is {size} bytes. Write a unit, such as 16 GB")
    return (plain if re.search(r"[A-Za-z]\Z", plain) else f"{size} B"), only


def slurm_memory(value: Any, _spelt: str | None) -> tuple[str, str | None]:
    """Read a size as sbatch does (``--mem``): a number is MiB, and units count by 1024."""
    value, only = _only_one(value)
    match = None if isinstance(value, bool) else _SLURM_SIZE.fullmatch(str(value).strip())
    if match is None:
        raise Unclear(f'must be a size as Slurm writes it, such as "120GB" or "4000M"; not {_shown(value)}')
    return match[1] + match[2].upper() + ("B" if match[2] and match[3] else ""), only


def whole(least: int) -> Reader:
    """Return the reader of a whole number that is not less than `least`."""

    def read(value: Any, _spelt: str | None) -> tuple[int, str | None]:
        value, note = _only_one(value)
        number = value
        if isinstance(value, float) and value.is_integer():
            number = int(value)
        elif isinstance(value, str):
            plain = value.strip().rstrip(",").strip()
            number = int(plain) if _WHOLE.fullmatch(plain) else value
            note = note or (f"is taken as {plain}; {_shown(value)} stands there" if plain != value else None)
        if isinstance(number, bool) or not isinstance(number, int):
            raise Unclear(f"must be a whole number; not {_shown(value)}")
        if not least <= number <= _MOST:
            raise Unclear(f"must be from {least} to {_MOST}; not {number}")
        return number, note

    return read


def seconds(value: Any, spelt: str | None) -> tuple[int, str | None]:
    """Read a time in seconds; a text may have a unit, as Dask takes it."""
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)\s*([a-z]*?)s?", value.strip().lower(), re.ASCII)
        unit = _SECONDS.get(match[2]) if match else None
        if match is None or unit is None:
            raise Unclear(f"must be a number of seconds; not {_shown(value)}")
        value = float(match[1]) * unit
    if isinstance(value, float):
        value = max(1, round(value))
    return whole(1)(value, spelt)


def switch(value: Any, _spelt: str | None) -> tuple[bool, str | None]:
    """Read true or false, and the words that YAML has for them."""
    read = value if isinstance(value, bool) else _YES.get(str(value).lower())
    if read is None:
        raise Unclear(f"must be true or false; not {_shown(value)}")
    return read, None


def lines(value: Any, _spelt: str | None) -> tuple[list[str], str | None]:
    """Read a list of lines; one text is a line, or several."""
    note = None if isinstance(value, (list, tuple)) else "is no list: each of its lines is taken as one entry"
    return _lines(value, ": "), note


def directives(value: Any, _spelt: str | None) -> tuple[list[str], str | None]:
    """Read options of sbatch; a mapping stands for ``option=value``."""
    note = "is no list: each of its lines is taken as one directive" if isinstance(value, str) else None
    found = [re.sub(r"^#\s*SBATCH\s+", "", line.strip()) for line in _lines(value, "=")]
    return found, note


def arguments(value: Any, _spelt: str | None) -> tuple[list[str], str | None]:
    """Read arguments of a command; a text has them as it would in a command."""
    found, note = (
        _lines(value, " "),
        "is no list: it is taken as in a command" if isinstance(value, str) else None,
    )
    plain: list[str] = []
    for argument in found:
        words = words_of(argument)
        # Without quotation marks that keep nothing together.
        unneeded = words is not None and any(mark in argument for mark in "'\"")
        plain += words if words and unneeded and all(map(_is_plain, words)) else [argument]
    return plain, note


def table(value: Any, _spelt: str | None) -> tuple[dict[str, Any], str | None]:
    """Read names with values."""
    if not isinstance(value, Mapping):
        raise Unclear(f"must have names with values below it; not {_kind(value)}")
    return {str(key): item for key, item in value.items()}, None


def variables(value: Any, _spelt: str | None) -> tuple[dict[str, str], str | None]:
    """Read variables of an environment."""
    named = table(value, None)[0]
    return {name: "" if item is None else text(item, None)[0] for name, item in named.items()}, None


def _lines(value: Any, between: str) -> list[str]:
    """Return the lines of a text, or of all that stands in a list; an empty one says nothing."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        pairs = [(str(key), item) for key, item in value.items()]
        return [key if item in (None, "", True) else f"{key}{between}{_item(item)}" for key, item in pairs]
    if isinstance(value, (list, tuple)):
        return [line for item in value for line in _lines(item, between)]
    # By line feeds alone: what else counts for one is no printable character, and refused where it stands.
    return [line for line in _item(value).replace("\r\n", "\n").split("\n") if line.strip()]


def _item(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise Unclear(f"must be a list of texts; {_kind(value)} is among them")
    return str(value)


def _is_plain(word: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_./:=,@%+-]+", word) is not None


def _only_one(value: Any) -> tuple[Any, str | None]:
    """Return the one value of a list that has no other."""
    if isinstance(value, (list, tuple)) and len(value) == 1:
        return value[0], f"is a list: its one entry, {_shown(value[0])}, is taken"
    return value, None


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple, Mapping)):
        return _kind(value)
    plain = "".join(char if char.isprintable() else "�" for char in str(value))
    plain = f"{plain[:57]}…" if len(plain) > 60 else plain
    return f'"{plain}"' if isinstance(value, str) else plain


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, (list, tuple)) else _shown(value)
