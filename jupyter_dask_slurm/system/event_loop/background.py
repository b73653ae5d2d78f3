"""Tasks that run beside everything else, owned by whoever began them.

asyncio itself holds a task by a weak reference only, and says how one ended when nobody asked, if ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from ...protocol.errors import DaskSlurmError

logger = logging.getLogger(__name__)


class Background:
    """Tasks of one owner: held until they end; one that fails says so in the log."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self.begun = False
        """Whether there ever was one."""

    @property
    def runs(self) -> bool:
        """Whether any of them has not ended."""
        return any(not task.done() for task in self._tasks)

    def begin(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        """Run something from now on; returns at once, with what may be waited for."""
        self.begun = True
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self) -> None:
        """Wait until all of them have ended, also those that begin meanwhile."""
        while self.runs:
            await asyncio.wait(self._tasks)

    def cancel(self) -> None:
        """Have all of them end; waits for none."""
        for task in self._tasks:
            task.cancel()

    async def end(self) -> None:
        """Have all of them end, and wait for it."""
        await end_tasks(self._tasks)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, DaskSlurmError):
            logger.warning("%s", error)
        elif error is not None:
            logger.error("Something that ran in the background failed", exc_info=error)


async def end_tasks(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended."""
    pending = set(tasks)
    while pending:
        # More than once: before Python 3.12 wait_for may swallow a cancellation.
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=1)
