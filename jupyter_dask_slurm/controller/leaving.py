"""The end of a controller that a signal told to end while Slurm is out of reach: jobs are left, and named.

A controller that its user stops has time to wait for Slurm; one of a machine that goes down has not. What
clears up after controllers that died cancels its jobs later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from ..protocol.models import ErrorInfo
from ..protocol.naming import counted
from ..system.event_loop.background import Background
from .publish.publisher import Publisher
from .state.state import ClusterState

logger = logging.getLogger(__name__)

LEAVE_S = 45.0
"""So long it waits for a Slurm that does not answer, in seconds: who shuts down a machine waits 90 s."""

_LOOK_S = 15.0


class Leaving:
    """The decision of a controller that must end while Slurm is silent: its jobs are left in the queue.

    Attributes
    ----------
    decided : bool
        Whether they are.
    """

    def __init__(self, state: ClusterState, publisher: Publisher) -> None:
        self.decided = False
        self._state = state
        self._publisher = publisher
        self._over = asyncio.Event()

    async def unless_left(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something until it is done, or it is decided that jobs are left; then it is cancelled."""
        doing = Background()
        doing.begin(self._until_over(work))
        try:
            await self._over.wait()
        finally:
            await doing.end()

    async def decide(self) -> None:
        """Decide it once Slurm is out of reach, after a while."""
        await asyncio.sleep(LEAVE_S)
        async for _ in self._publisher.follow(_LOOK_S):
            if self._state.why_out_of_reach is not None:
                break
        else:
            return  # the cluster has ended meanwhile
        self.decided = True
        self._over.set()

    def words(self, job_ids: Sequence[str]) -> ErrorInfo:
        """Return what is said of a cluster that left these jobs, in the log too."""
        left = f"{counted(job_ids)} may be left in Slurm" if job_ids else "What was just sent may be in Slurm"
        error = ErrorInfo(
            "The controller was told to end by a signal, and could not cancel its jobs within "
            f"{LEAVE_S:.0f} s. {left}; Jupyter cancels them as soon as it can.",
            "JobsLeft",
            self._state.why_out_of_reach,
        )
        logger.warning("%s %s", error.message, error.details or "")
        return error

    async def _until_over(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self._over.set()
