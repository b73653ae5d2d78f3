"""Python's garbage collector in a process that keeps much: it blocks the event loop for as long as it looks.

A full collection looks through all that there is: 0.2 s with 2,000 workers, in which no heartbeat and no task
is answered. What has outlived one is therefore set aside (`gc.freeze`), and the next looks only through what
is new since. Most of what ends is freed all the same, for nothing refers to it any more; only what refers to
itself stays. So that this stays little, all is looked through again when the process has doubled, but some
minutes later: then what made it grow for a moment is gone.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

ROOM_BYTES = 200 * 2**20
"""A process that is small may grow by so much beside doubling."""
LATER_S = 600.0
"""So long after it has doubled all is looked through, in seconds."""
EACH_S = 30.0
"""How often the process's size is looked at, in seconds."""


def peak_bytes() -> int:
    """Return the most memory that this process ever had (proc(5), getrusage(2))."""
    with suppress(OSError):
        # Linux counts for getrusage what the process before exec had, which is Jupyter.
        found = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
        if found:
            return 1024 * int(found[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # In KiB, on macOS in bytes.
    return peak if sys.platform == "darwin" else 1024 * peak


class GarbageCollector:
    """Keeps full collections short.

    Parameters
    ----------
    peak : callable
        Returns the most memory that this process ever had, in bytes.
    now : callable
        Returns the time by a clock that never jumps, in seconds.
    """

    def __init__(
        self, peak: Callable[[], int] = peak_bytes, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._peak = peak
        self._now = now
        self._looked_through_at = peak()
        self._doubled_at: float | None = None

    def begin(self) -> None:
        """Set aside what there is, and from now on what outlives a full collection."""
        young, middle, old = gc.get_threshold()
        # Python waits until what is new is a quarter of what the last full collection left: nothing, here.
        gc.collect()
        gc.freeze()
        gc.callbacks.append(self._collected)
        gc.collect()
        gc.set_threshold(young, middle, old // 2)

    async def run(self) -> None:
        """Look from time to time until cancelled."""
        while True:
            await asyncio.sleep(EACH_S)
            self.look()

    def look(self) -> None:
        """Look through everything where the process has doubled some minutes ago."""
        peak = self._peak()
        if peak < 2 * self._looked_through_at + ROOM_BYTES:
            return
        if self._doubled_at is None:
            self._doubled_at = self._now()
        if self._now() - self._doubled_at < LATER_S:
            return
        self._looked_through_at, self._doubled_at = peak, None
        gc.unfreeze()
        logger.info("%d objects were garbage, at %d MB", gc.collect(), peak // 10**6)
        gc.collect()  # of nothing now: see `begin`

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
