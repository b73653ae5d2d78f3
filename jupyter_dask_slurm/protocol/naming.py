"""How sentences speak of jobs, one or thousands: few are named, all are counted. Pure."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMED = 3
"""So many of several things are named; "…" stands for the others."""


def named(things: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return ``17, 18, 19``, or ``17, 18, 19, …`` where there are more than `most`."""
    return ", ".join((*things[:most], *(["…"] if len(things) > most else [])))


def counted(job_ids: Sequence[str]) -> str:
    """Return ``Job 17``, ``2 jobs (17, 18)`` or ``392 jobs (17, 18, 19, …)``: how a sentence begins."""
    if len(job_ids) == 1:
        return f"Job {job_ids[0]}"
    return f"{len(job_ids)} jobs ({named(job_ids)})"


def one_or_many(number: int, one: str, many: str) -> str:
    """Return the words that fit the number: `one` for 1, else `many`."""
    return one if number == 1 else many
