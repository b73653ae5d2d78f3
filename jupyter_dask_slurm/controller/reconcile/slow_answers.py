"""How long Slurm takes to answer, and whether it does so on purpose: because it limits requests."""

from __future__ import annotations

from ...protocol.errors import DaskSlurmError
from ...slurm.installation.configuration import limits_requests, read_config
from ...system import clock
from ..state.state import ClusterState

SLOW_S = 3.0
"""An answer that takes so long is slow, in seconds: a limited command sleeps 1 s, then 2 s, and so on."""


class SlowAnswers:
    """Notes slow answers in the state; why they are slow is asked once."""

    def __init__(self, state: ClusterState) -> None:
        self._state = state
        self._is_limited: bool | None = None

    async def note(self, began_at: float) -> None:
        """Note that a question that was asked then has an answer, or was given up, now."""
        is_slow = clock.now() - began_at >= SLOW_S
        if is_slow and self._is_limited is None:
            try:
                self._is_limited = limits_requests(await read_config(in_turn=True))
            except DaskSlurmError:
                return
        limited = is_slow and self._is_limited is True
        if limited != (self._state.limited_since is not None):
            self._state.limited_since = began_at if limited else None
            self._state.changed.emit()
