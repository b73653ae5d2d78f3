"""Amounts as hints say them: sizes that can be typed into the form as they stand, and core hours. Pure."""

from __future__ import annotations

import math

_MB, _GB = 10**6, 10**9


def enough(number: float) -> str:
    """Return a size that is at least so many bytes, in round numbers: ``4 GB``, ``600 MB``."""
    if number > 900 * _MB:
        return f"{math.ceil(number / _GB)} GB"
    return f"{max(1, math.ceil(number / (100 * _MB))) * 100} MB"


def part_of_core_time(part_s: float, whole_s: float) -> str:
    """Return ``14 of 18 core hours``; minutes where there are few hours."""
    unit_s, unit = (3600.0, "hours") if whole_s >= 2 * 3600 else (60.0, "minutes")
    return f"{_short(part_s / unit_s)} of {_short(whole_s / unit_s)} core {unit}"


def percent(share: float) -> str:
    """Return a share as ``88 %``."""
    return f"{share * 100:.0f} %"


def duration(seconds: float) -> str:
    """Return a short time: ``12 ms``, ``0.8 s``, ``3 s``."""
    return f"{max(1, round(seconds * 1000))} ms" if seconds < 0.1 else f"{_short(seconds)} s"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 9.95 else f"{number:.1f}".removesuffix(".0")
