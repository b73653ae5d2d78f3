"""When a change is told to those who listen: at once, gathered, or not at all.

A change of state is told at once, further ones within 250 ms together. What drifts by itself (memory,
CPU, tasks, core hours, what Slurm thinks of the queue) is told at most every 5 s, not where its rounded
values are equal, and does not touch `updated_at`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from ...protocol.models import Cluster, Waiting
from ...system.event_loop.background import Background

GATHER_S = 0.25
DRIFT_S = 5.0
_DRIFTING = (
    *("memory_used_bytes", "cpu_percent", "tasks", "failures", "core_hours", "usage"),
    *("idle_since", "closes_at", "waiting"),
)


class Publisher:
    """Keeps the last snapshot that was told, and wakes those who follow.

    Parameters
    ----------
    snapshot : callable
        Returns the cluster as it is now.
    on_state : callable
        Called with each snapshot whose state differs from the one before (for the record on disk).
    """

    def __init__(self, snapshot: Callable[[], Cluster], on_state: Callable[[Cluster], None]) -> None:
        self._snapshot = snapshot
        self._on_state = on_state
        self._told: Cluster | None = None
        self._told_at = 0.0
        self._pending: asyncio.TimerHandle | None = None
        self._version = 0
        self._changed = asyncio.Condition()
        self._closed = False
        self._notifying = Background()

    @property
    def current(self) -> Cluster:
        """The cluster as it is now, with the time of its last change of state."""
        fresh = self._snapshot()
        if self._told is not None and state_part(fresh) == state_part(self._told):
            return dataclasses.replace(fresh, updated_at=self._told.updated_at)
        return fresh

    def touch(self) -> None:
        """Tell soon that something may have changed; cheap to call often."""
        if self._pending is None and not self._closed:
            wait = max(0.0, self._told_at + GATHER_S - time.monotonic())
            self._pending = asyncio.get_running_loop().call_later(wait, self._tell)

    def drift(self) -> None:
        """Tell numbers that moved, where it is time for it."""
        if self._told is None or time.monotonic() - self._told_at >= DRIFT_S:
            self.touch()

    def _tell(self) -> None:
        self._pending = None
        fresh, told = self.current, self._told
        if told is not None and rounded(fresh) == rounded(told):
            return
        self._told, self._told_at = fresh, time.monotonic()
        self._version += 1
        if told is None or fresh.updated_at != told.updated_at or state_part(fresh) != state_part(told):
            self._on_state(fresh)
        self._wake()

    def close(self) -> None:
        """Tell the last state; those who follow come to their end."""
        if self._pending is not None:
            self._pending.cancel()
        self._tell()
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._notifying.begin(notify())

    async def follow(self, quiet_s: float) -> AsyncIterator[Cluster | None]:
        """Yield the present state, then each later one; None after `quiet_s` seconds without any."""
        yield self.current
        seen = self._version
        while not self._closed or seen != self._version:
            if seen == self._version:
                try:
                    async with self._changed:
                        await asyncio.wait_for(self._changed.wait(), quiet_s)
                except asyncio.TimeoutError:
                    yield None
            if seen != self._version:
                seen = self._version
                yield self._told


def state_part(cluster: Cluster) -> dict[str, Any]:
    """Return what counts as state: all but what drifts and `updated_at`."""
    values = {f.name: getattr(cluster, f.name) for f in dataclasses.fields(cluster)}
    for name in (*_DRIFTING, "updated_at"):
        del values[name]
    return values


def rounded(cluster: Cluster) -> dict[str, Any]:
    """Return all that is told, drifting numbers as coarse as a user would notice."""
    return {
        **state_part(cluster),
        "memory_used": _two_digits(cluster.memory_used_bytes or 0),
        "cpu": round((cluster.cpu_percent or 0.0) / 2),
        "tasks": cluster.tasks,
        "failures": cluster.failures,
        "core_hours": _two_digits(cluster.core_hours or 0.0),
        "idle": cluster.idle_since,
        "closes": cluster.closes_at,
        "waiting": _to_the_minute(cluster.waiting),
    }


def _to_the_minute(waiting: Waiting | None) -> tuple[str | None, str] | None:
    """Return why and when as a card shows it; Slurm's scheduler moves the second of a start in each round."""
    if waiting is None:
        return None
    return waiting.reason, (waiting.expected_start_at or "")[: len("2026-11-20T21:00")]


def _two_digits(value: float) -> float:
    """Return `value` to two significant digits."""
    if value == 0:
        return 0.0
    return round(value, 1 - math.floor(math.log10(abs(value))))
