"""The time of this process: seconds that never jump, whatever becomes of the machine's clock.

A machine's clock (`time.time`) says what time it is, as far as it knows. It is set right, by an
administrator or after a pause of a virtual machine, and then it jumps. How long something takes is therefore
measured by a monotonic clock. Its seconds count from 1970 as the machine's clock did when this process began,
so that moments look like any others; what is shown of them goes through `moment`, which says them by the
machine's clock of now.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ..protocol.models import iso_time

STEP_S = 1.0
"""A smaller difference between both clocks is none, in seconds: what is shown would flicker with it."""


class Clock:
    """A clock that never jumps, and what the machine's own says.

    Parameters
    ----------
    wall, steady : callable
        The machine's clock, in seconds since 1970, and a monotonic one.
    """

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._began = wall() - steady()
        self._ahead_s = 0.0

    def now(self) -> float:
        """Return the present moment."""
        return self._began + self._steady()

    def ahead_s(self) -> float:
        """Return by how much the machine's clock has jumped forward since this process began."""
        ahead_s = self._wall() - self.now()
        if abs(ahead_s - self._ahead_s) > STEP_S:
            self._ahead_s = ahead_s
        return self._ahead_s

    def moment(self, at: float) -> str:
        """Return a moment as the machine's clock of now would have shown it, ISO 8601 in UTC."""
        return iso_time(at + self.ahead_s())


_OWN = Clock()
now = _OWN.now
ahead_s = _OWN.ahead_s
moment = _OWN.moment
