"""Times and sizes as Slurm writes them, to seconds and bytes and back.

Slurm counts memory in powers of 1024 and, without a unit, in MiB (sbatch(1), ``--mem``). What users type is
meant as Dask reads it: `protocol.memory_size`.
"""

from __future__ import annotations

import re
from datetime import datetime

from ..protocol.models import iso_time

# ASCII: \d alone also takes digits of other scripts, which Slurm does not.
_DAYS = re.compile(r"(\d{1,6})-(\d{1,4})(?::(\d{1,4}))?(?::(\d{1,4}))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,9})(?::(\d{1,6}))?(?::(\d{1,6}))?", re.ASCII)
_SPAN = re.compile(
    r"(?:(\d{1,4}) ?(?:d|days?))? ?(?:(\d{1,4}) ?(?:h|hours?))? ?(?:(\d{1,6}) ?(?:min|minutes?))?", re.ASCII
)
_UNLIMITED = frozenset({"UNLIMITED", "INFINITE"})
_SIZE = re.compile(r"(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})\s*([A-Za-z]*)", re.ASCII)
_SLURM_POWER: dict[str, int] = {"": 2, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}


def parse_walltime(text: str) -> int | None:
    """Return the seconds of a time limit in any form that sbatch's ``--time`` takes; None is unlimited.

    ``minutes``, ``minutes:seconds``, ``hours:minutes:seconds``, ``days-hours``, ``days-hours:minutes``,
    ``days-hours:minutes:seconds`` and ``UNLIMITED``.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    text = text.strip()
    if text.upper() in _UNLIMITED:
        return None
    if match := _DAYS.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if match := _CLOCK.fullmatch(text):
        parts = [int(part) for part in match.groups() if part is not None]
        hours, minutes, seconds = parts if len(parts) == 3 else [0, *parts, 0][:3]
        return (hours * 60 + minutes) * 60 + seconds
    raise ValueError(
        f"{text!r} is no walltime. Allowed are minutes, minutes:seconds, hours:minutes:seconds, days-hours, "
        "days-hours:minutes, days-hours:minutes:seconds and UNLIMITED."
    )


def format_walltime(seconds: int | None) -> str:
    """Write a time limit as ``hours:minutes:seconds``, with ``days-`` before it from one day on."""
    if seconds is None:
        return "UNLIMITED"
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def walltime_of_span(text: str) -> str | None:
    """Return a time limit as Slurm writes it for one as people do; None where it is none.

    >>> walltime_of_span("30 min"), walltime_of_span("1 d 12 h"), walltime_of_span("90")
    ('00:30:00', '1-12:00:00', None)
    """
    match = _SPAN.fullmatch(text)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return format_walltime(((days * 24 + hours) * 60 + minutes) * 60)


def most_to_ask(size: int) -> int:
    """Return how much of `size` bytes a job can have: dask-jobqueue asks for whole GiB, below for whole MiB.

    It rounds up (`slurm_format_bytes_ceil`), so that more than this would be over what a node has.

    >>> most_to_ask(64_000 * 2**20) == 62 * 2**30
    True
    """
    unit = 2**30 if size >= 2**30 else 2**20
    return size // unit * unit


def parse_slurm_memory(text: str) -> int:
    """Return the bytes of a size as Slurm writes and takes it: ``4G``, ``62.50G``, ``32000M``, ``500``.

    Raises
    ------
    ValueError
        If it is no such size.
    """
    match = _SIZE.fullmatch(text.strip())
    unit = match[2].upper() if match else ""
    if match is None or unit not in _SLURM_POWER:
        raise ValueError(f"{text!r} is no size as Slurm writes it; allowed are numbers with K, M, G, T or P.")
    return round(float(match[1]) * (1 << (10 * _SLURM_POWER[unit])))


def parse_time(text: str) -> str | None:
    """Return a moment that Slurm printed as ISO 8601 in UTC; None where it has none (``N/A``, ``Unknown``).

    Seconds since 1970 are what `variables.command_environment` asks for; a time without a zone is local.
    """
    if text.isdigit():
        return iso_time(int(text)) if int(text) else None
    try:
        return iso_time(datetime.fromisoformat(text).timestamp())
    except ValueError:
        return None
