"""What has to be looked after from time to time, whatever the jobs do."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import facts
from .idle import idle_since, is_over
from .ledger import Ledger
from .log_size import bound_log
from .roster import connected

if TYPE_CHECKING:
    from .core import Controller

logger = logging.getLogger(__name__)

TICK_S = 5.0
HEARTBEAT_S = 60.0


class Housekeeper:
    """Every few seconds: drifting numbers, idle time, requests left on disk; each minute: heartbeat, log."""

    def __init__(self, controller: Controller, ledger: Ledger) -> None:
        self._controller = controller
        self._ledger = ledger
        self._stop_request = Path(controller.spec.directory) / "requests" / "stop"
        self._beat_at = time.monotonic()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                if time.monotonic() - self._beat_at >= HEARTBEAT_S:
                    self._beat_at = time.monotonic()
                    await self._beat()
                self._tick()
            except Exception:
                # Whatever it was: without heartbeat others would take this process for dead.
                logger.exception("Not all was looked after")

    def _tick(self) -> None:
        controller = self._controller
        state = controller.state
        now = time.time()
        workers = connected(controller.scheduler)
        activity = facts.activity(self._ledger, workers, controller.scheduler)
        if state.status == "running":
            state.idle_since = idle_since(activity, state.idle_since, now)
        facts.listen_to_silent_jobs(self._ledger, workers, now)
        controller.publisher.drift()
        if is_over(state.idle_since, state.idle_timeout_s, now):
            controller.stop(f"Idle for {state.idle_timeout_s} s.")
        if self._stop_request.exists():
            controller.stop()
        elif controller.record.is_amiss:
            controller.record.write(controller.cluster)

    async def _beat(self) -> None:
        controller = self._controller
        self._ledger.forget_old(time.time())
        # Though nothing has changed: it tells others that this process lives.
        controller.record.write(controller.cluster)
        await asyncio.to_thread(bound_log, Path(controller.spec.directory))
