"""Which nodes have failed: down, or not heard of by slurmctld."""

from __future__ import annotations

import re
from collections.abc import Collection

from ...protocol.errors import SlurmRefused
from ..run import TIMEOUT_S, ask

# What sinfo writes behind a state (sinfo(1), NODE STATE CODES); the star: it does not respond.
_MARKS = "*~#!%$@^+-"
_FAILED = frozenset({"down", "error", "fail", "failing", "failg", "unknown"})
_SINFO = ("sinfo", "--all", "--Node", "--format=%N|%T|")
_PROOF = re.compile(r"^NODELIST\|STATE\|", re.MULTILINE)
_ROW = re.compile(r"([^|\s]+)\|([a-z_]+)([*~#!%$@^+-]*)\|", re.IGNORECASE)


async def failed_nodes(nodes: Collection[str], *, timeout_s: float = TIMEOUT_S) -> set[str]:
    """Return those of `nodes` (single names) that have failed; one sinfo for all.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    if not nodes:
        return set()
    try:
        text = await ask([*_SINFO, f"--nodes={','.join(sorted(nodes))}"], proof=_PROOF, timeout_s=timeout_s)
    except SlurmRefused:
        # One of them is not in this Slurm any more.
        return set()
    return parse_states(text) & set(nodes)


def parse_states(text: str) -> set[str]:
    """Return the nodes that have failed by what sinfo wrote; pure."""
    rows = filter(None, (_ROW.fullmatch(line.strip()) for line in text.splitlines()))
    return {row[1] for row in rows if row[2].lower() in _FAILED or "*" in row[3]}
