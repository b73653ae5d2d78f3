"""Parts of the sentences in which checks say what is possible."""

from __future__ import annotations

from collections.abc import Iterable

from ..protocol.models import Partition

SHOWN = 20
"""So many names stand in a sentence; more are counted."""


def where(partitions: list[Partition]) -> str:
    """Return ``partition short or gpu``."""
    return f"partition {' or '.join(partition.name for partition in partitions)}"


def listed(names: Iterable[str]) -> str:
    """Return names with commas: the first of them, and how many more there are."""
    found = list(dict.fromkeys(names))
    more = len(found) - SHOWN
    return (", ".join(found[:SHOWN]) or "none") + (f" and {more} more" if more > 0 else "")
