"""Names as clusters and profiles can have them. Pure."""

from __future__ import annotations

import re

LONGEST_NAME = 40


def as_name(text: str) -> str:
    """Return a text as a cluster can be called; empty where nothing is left of it.

    >>> as_name("ocean/run%j")
    'ocean-run-j'
    """
    return re.sub(r"[^A-Za-z0-9 ._-]+", "-", text).lstrip(" ._-")[:LONGEST_NAME].rstrip(" -")
