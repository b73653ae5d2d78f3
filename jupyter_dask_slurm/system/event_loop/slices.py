"""Long work on an event loop, in slices: between them whatever else waits has its turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

_Item = TypeVar("_Item")

SLICE_S = 0.005
"""So long the loop is kept at a time, in seconds: heartbeats of thousands of workers shall not pile up."""


async def in_slices(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """Yield the items one by one; each few milliseconds the loop does what else there is.

    What the items come from may change meanwhile: give a copy of a collection that others change.
    """
    until = time.perf_counter() + SLICE_S
    for item in items:
        yield item
        if time.perf_counter() >= until:
            await asyncio.sleep(0)
            until = time.perf_counter() + SLICE_S
