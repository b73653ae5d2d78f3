"""Whether a controller that cannot be asked is still there: by its record, written at least each 60 s.

The times in a record are those of another machine's clock, and both clocks may be wrong or jump. What is seen
from here is certain: a record that changes while we look is that of a controller that lives, whatever time
stands in it. One that stays as it is for `HEARTBEAT_LIMIT_S` by our own monotonic clock is not. Who has just
begun to look, as the command line has, need not wait for so long where the record also looks as old by the
time in it: then a shorter look is enough, but never none. To say of a controller that it is silent, which
nobody has asked for, only what was seen counts, and no time in a record.

Where a record is looked at again and again, time in which it could not be read, or in which this process
itself stood still, tells nothing of its writer and is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ...protocol.models import epoch_time

HEARTBEAT_LIMIT_S = 180.0
SURE_S = 45.0
"""Longer than a controller takes to its next heartbeat, or to answer a request to stop; in seconds."""
BETWEEN_LOOKS_S = 15.0
"""More between two looks that found a record is time in which it was not watched; in seconds."""


class Heartbeat:
    """A controller's sign of life: for how long its record has not changed.

    Parameters
    ----------
    written_at : str
        The time that stands in it, by the clock of whoever wrote it.
    limit_s, sure_s : float
        How long it may stay as it is, and how long at least it is looked at.
    wall, steady : callable
        This machine's clock, in seconds since 1970, and a monotonic one.
    """

    def __init__(
        self,
        written_at: str,
        limit_s: float = HEARTBEAT_LIMIT_S,
        sure_s: float = SURE_S,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._written_at = epoch_time(written_at)
        self._limit_s = limit_s
        self._sure_s = sure_s
        self._wall = wall
        self._steady = steady
        self._seen_at = steady()
        self._looked_at: float | None = None
        self._unseen_s = 0.0

    def changed(self, written_at: str) -> None:
        """Note that the record was written anew."""
        self._written_at = epoch_time(written_at)
        self._seen_at = self._steady()
        self._unseen_s = 0.0
        if self._looked_at is not None:
            self._looked_at = self._seen_at

    def looked(self) -> None:
        """Note that the record is as it was; from the first time on only what such looks cover counts."""
        self._unseen_s += self._blind_s()
        self._looked_at = self._steady()

    @property
    def silent(self) -> bool:
        """Whether its writer has written nothing for so long, by what was seen alone."""
        return self._watched_s() >= self._limit_s

    @property
    def quiet_s(self) -> float:
        """For how long the record was seen not to change, in seconds."""
        return self._watched_s()

    def left_s(self) -> float:
        """Return for how long its writer may still be alive, in seconds; 0 or less where it is not."""
        watched_s = self._watched_s()
        to_go_s = self._limit_s - (self._wall() - self._written_at)
        return min(self._limit_s - watched_s, max(to_go_s, self._sure_s - watched_s))

    def _watched_s(self) -> float:
        """Return for how long the record was seen not to change, in seconds."""
        return self._steady() - self._seen_at - self._unseen_s - self._blind_s()

    def _blind_s(self) -> float:
        """Return how much of the time since the last look does not count, in seconds."""
        if self._looked_at is None:
            return 0.0
        return max(0.0, self._steady() - self._looked_at - BETWEEN_LOOKS_S)
