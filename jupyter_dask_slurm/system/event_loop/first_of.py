"""Waits for the first of several things."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from .background import Background


async def first_of(*waits: Coroutine[Any, Any, object], seconds: float | None = None) -> None:
    """Return when one of them is over, or after so long; the others are cancelled."""
    waiting = Background()
    try:
        await asyncio.wait(
            [waiting.begin(wait) for wait in waits], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        await waiting.end()
