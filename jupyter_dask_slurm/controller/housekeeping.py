"""What has to be looked after from time to time, whatever the jobs do."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .idle import is_over

if TYPE_CHECKING:
    from .core import Controller

TICK_S = 5.0
HEARTBEAT_S = 60.0


class Housekeeper:
    """Every few seconds: drifting numbers, idle time, requests left on disk, heartbeat."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._stop_request = Path(controller.spec.directory) / "requests" / "stop"
        self._beat_at = time.monotonic()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            self._tick()

    def _tick(self) -> None:
        controller = self._controller
        controller.note_idle()
        controller.listen_to_silent_jobs()
        controller.publisher.drift()
        state = controller.state
        if is_over(state.idle_since, state.idle_timeout_s, time.time()):
            controller.stop(f"Idle for {state.idle_timeout_s} s.")
        if self._stop_request.exists():
            controller.stop()
        if time.monotonic() - self._beat_at >= HEARTBEAT_S:
            self._beat_at = time.monotonic()
            controller.heartbeat()
