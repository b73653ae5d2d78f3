"""How long a command of Slurm's may take: where slurmctld limits requests, commands sleep inside themselves.

A limited command says nothing, sleeps 1, 2, 3, … s between its tries, and ends well at last (24.11, tried:
3 to 76 s for one squeue). So one that was late gets more time when it is asked again.
"""

from __future__ import annotations

from ..system import clock
from ..system.event_loop.backoff import grown_s

LONGEST = 4.0
"""So many times the usual limit at the most."""

MEMORY_S = 600.0
"""So long after a late command the usual limit holds again, in seconds."""


class Patience:
    """By how much the usual time limit is stretched now."""

    def __init__(self) -> None:
        self._late = 0
        self._late_at = 0.0

    def limit_s(self, usual_s: float) -> float:
        """Return how long a command may take."""
        if clock.now() - self._late_at > MEMORY_S:
            self._late = 0
        return grown_s(usual_s, self._late, LONGEST * usual_s)

    def was_late(self) -> None:
        """Note that a command had to be ended: the next one gets twice the time."""
        self._late_at = clock.now()
        self._late += 1
