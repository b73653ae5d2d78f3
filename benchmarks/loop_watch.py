"""For how long a scheduler's event loop is kept from all else; runs inside the scheduler, ours or a peer's.

asyncio runs one callback after another: while one runs, no heartbeat and no task is answered. Each is timed
by the processor time of its thread, which other programs of a busy machine do not lengthen. What of it
Python's garbage collector took is told apart: it comes whoever made the objects, whatever the callback does.
"""

from __future__ import annotations

import gc
import time
from asyncio import events
from typing import Any

LONG_S = 0.02
WORTH_NOTING_S = 0.002

_original = events.Handle._run  # noqa: SLF001 - where asyncio runs each of them
_seen: list[tuple[float, float, Any]] = []
_collecting = {"began": 0.0, "took": 0.0}


def _run(handle: Any) -> None:
    callback = handle._callback  # noqa: SLF001
    _collecting["took"] = 0.0
    began = time.thread_time()
    _original(handle)
    took = time.thread_time() - began
    if took > WORTH_NOTING_S:
        _seen.append((took, took - _collecting["took"], callback))


def _collect(phase: str, _info: dict[str, int]) -> None:
    now = time.thread_time()
    if phase == "start":
        _collecting["began"] = now
    else:
        _collecting["took"] += now - _collecting["began"]


def begin() -> None:
    """Time every callback of the loop from now on (by ``Client.run_on_scheduler``)."""
    _seen.clear()
    events.Handle._run = _run  # type: ignore[method-assign]  # noqa: SLF001
    if _collect not in gc.callbacks:
        gc.callbacks.append(_collect)


def end() -> dict[str, Any]:
    """Return what was seen since `begin`: the longest, in milliseconds, and how many were longer than 20."""
    whole = sorted((one[0] for one in _seen), reverse=True)
    own = sorted(_seen, key=lambda one: -one[1])
    return {
        "longest_ms": _ms(whole),
        "over_20_ms": sum(took > LONG_S for took in whole),
        "longest_without_gc_ms": _ms([one[1] for one in own]),
        "over_20_ms_without_gc": sum(one[1] > LONG_S for one in own),
        "longest_were": [f"{_name(callback)}: {1e3 * took:.1f}" for _, took, callback in own[:4]],
    }


def _ms(seconds: list[float]) -> float:
    return round(1e3 * seconds[0], 1) if seconds else 0.0


def _name(callback: Any) -> str:
    task = getattr(callback, "__self__", None)
    get = getattr(task, "get_coro", None)
    return str(getattr(get() if get else callback, "__qualname__", callback))
