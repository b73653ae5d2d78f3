"""Many small requests of one turn of the event loop, made into one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Batch(Generic[_T]):
    """Calls `act` once for all items that were given in one turn of the event loop.

    Dask starts and closes each job by itself; Slurm shall get one command for all of them. Tasks that
    are ready in the same turn run before any task that they create, so all of them are gathered.

    Parameters
    ----------
    act : callable
        Coroutine function that gets the items in the order in which they came.
    """

    def __init__(self, act: Callable[[list[_T]], Awaitable[None]]) -> None:
        self._act = act
        self._gathered: list[_T] | None = None
        self._acting: asyncio.Task[None] | None = None

    async def __call__(self, item: _T) -> None:
        """Wait until `act` has dealt with `item`; its error is raised for every item of the turn."""
        if self._gathered is None or self._acting is None:
            self._gathered = []
            self._acting = asyncio.create_task(self._run())
        self._gathered.append(item)
        await asyncio.shield(self._acting)

    async def _run(self) -> None:
        items, self._gathered = self._gathered or [], None
        await self._act(items)
