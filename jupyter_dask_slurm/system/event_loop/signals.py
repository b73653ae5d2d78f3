"""Signals: one part says that something has happened, and those that want to know hear it at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec

_What = ParamSpec("_What")


class Signal(Generic[_What]):
    """Something that happens again and again; who says so knows nobody who hears it."""

    def __init__(self) -> None:
        self._slots: list[Callable[_What, object]] = []

    def connect(self, slot: Callable[_What, object]) -> None:
        """Have `slot` called each time, after those that were connected before."""
        self._slots.append(slot)

    def emit(self, *what: _What.args, **more: _What.kwargs) -> None:
        """Say that it has happened; returns when all have heard it, and raises what one of them raises."""
        for slot in tuple(self._slots):
            slot(*what, **more)
