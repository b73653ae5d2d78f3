"""Readings → the load of the last busy minutes. Pure."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

from .measures import Load, Peak, Reading

WINDOW_S = 1800.0
"""So many busy seconds are looked at: what was mended is forgotten after that."""

LONGEST_PAUSE_S = 30.0
"""Looks that are further apart say nothing of the time between, in seconds: this process stood still."""


@dataclass(frozen=True)
class _Interval:
    """The time before a reading during which tasks ran, and what was done in it."""

    seconds: float
    reading: Reading
    done: int
    short_done: int
    short_s: float


class Span:
    """The last busy minutes, and what is remembered for longer: memory's peak and the processors' time.

    Attributes
    ----------
    peak : Peak
        The most that a worker used, ever.
    used_core_s : float
        Time of processors, ever, busy or not.
    """

    def __init__(self) -> None:
        self.peak = Peak()
        self.used_core_s = 0.0
        self._busy_s = 0.0
        self._intervals: deque[_Interval] = deque()
        self._last: Reading | None = None

    def add(self, reading: Reading) -> None:
        """Take in a reading."""
        before, self._last = self._last, reading
        if reading.fullest_bytes > self.peak.used_bytes:
            self.peak = Peak(reading.fullest_bytes, reading.fullest_limit_bytes)
        seconds = reading.at - before.at if before is not None else 0.0
        if before is None or not 0.0 < seconds <= LONGEST_PAUSE_S:
            return
        self.used_core_s += reading.cores_used * seconds
        if not reading.busy:
            return
        done = max(0, reading.done - before.done)
        # A kind of tasks may have become short on average just now: then all of its tasks count so.
        short_done = min(done, max(0, reading.short_done - before.short_done))
        short_s = max(0.0, reading.short_s - before.short_s)
        self._intervals.append(_Interval(seconds, reading, done, short_done, short_s))
        self._busy_s += seconds
        while self._busy_s - self._intervals[0].seconds > WINDOW_S:
            self._busy_s -= self._intervals.popleft().seconds

    def begin_anew(self) -> None:
        """Forget what the minutes were like: the cluster is another one now. Its peak stays."""
        self._intervals.clear()
        self._busy_s = 0.0

    @property
    def busy_s(self) -> float:
        """For how long tasks ran."""
        return self._busy_s

    @property
    def load(self) -> Load:
        """What these minutes were like."""
        intervals = self._intervals
        if not intervals:
            return Load()
        last = intervals[-1].reading
        chunks = [one.reading.chunks for one in intervals if one.reading.chunks is not None]
        managed = sum(one.seconds * one.reading.managed_bytes for one in intervals)
        spilled = sum(one.seconds * one.reading.spilled_bytes for one in intervals)
        return Load(
            busy_s=self._busy_s,
            core_s=sum(one.seconds * one.reading.threads for one in intervals),
            used_core_s=sum(one.seconds * one.reading.cores_used for one in intervals),
            occupied_core_s=sum(one.seconds * one.reading.occupied for one in intervals),
            spilled=spilled / managed if managed else 0.0,
            loop_s=statistics.median(one.reading.loop_s for one in intervals),
            tasks=sum(one.done for one in intervals),
            short_tasks=sum(one.short_done for one in intervals),
            short_s=sum(one.short_s for one in intervals),
            chunks=max(chunks, key=lambda one: one.each_bytes, default=None),
            worker_threads=last.worker_threads,
            worker_bytes=last.worker_bytes,
        )
