"""JSON read strictly: what is let through can be written again, and sent to a browser, whatever it is.

`json.loads` takes more than JSON (``NaN``, a key that stands twice, halves of characters), and raises more
than `ValueError` (`RecursionError` for thousands of brackets).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any

LONGEST_NUMBER = 19
"""Digits of a whole number: those of 64 bits."""

# Bytes of file names that are no UTF-8 stand for themselves as U+DC80 to U+DCFF (PEP 383).
_HALF = re.compile("[\ud800-\udbff\udc00-\udc7f\udd00-\udfff]")
_DEEPEST = 100


def parse_json(text: str | bytes) -> Any:
    """Return the plain values of a JSON text in UTF-8.

    Raises
    ------
    ValueError
        With a predicate, such as ``is no JSON (line 3: …)``; nothing else is raised.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise ValueError("is no text in UTF-8") from None
    try:
        value = json.loads(decoded, object_pairs_hook=_object, parse_int=_int)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON (line {error.lineno}: {error.msg})") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    check_values(value)
    return value


def check_values(value: Any) -> None:
    """Check plain values from a text in any language: each can be written as JSON, and each text as UTF-8.

    Raises
    ------
    ValueError
        With a predicate.
    """
    # No recursion: what is nested deeply shall not end in an error that nobody expects.
    level = [value]
    for _ in range(_DEEPEST):
        if not level:
            return
        for one in level:
            _check_one(one)
        level = [inner for one in level for inner in _inside(one)]
    raise ValueError("is nested too deeply")


def _check_one(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("holds a character that no text has (NUL)")
        if _HALF.search(value):
            raise ValueError("holds half a character (a lone surrogate)")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("holds a number that is none (NaN or infinite)")
    elif isinstance(value, int) and abs(value) >= 10**LONGEST_NUMBER:
        raise ValueError(f"holds a number of more than {LONGEST_NUMBER} digits")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, (list, tuple)) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"has the key {json.dumps(twice[:60])} twice")
    return found


def _int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER + 1:
        raise ValueError(f"holds a number of more than {LONGEST_NUMBER} digits")
    return int(digits)
