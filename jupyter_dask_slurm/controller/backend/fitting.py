"""As many jobs as fit below a limit that nobody tells us: found out by trying, with few refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ...protocol.errors import SlurmNotYet

_T = TypeVar("_T")


class Room:
    """What is known of the room that a limit on the number of jobs leaves.

    At first all are sent at once. Refused, halves are tried, so that n jobs cost about log2(n) refusals.
    After that a try begins with one job and doubles: where there is still no room, it costs one refusal.
    """

    def __init__(self) -> None:
        self._tight = False

    async def fill(self, jobs: Sequence[_T], send: Callable[[Sequence[_T]], Awaitable[None]]) -> None:
        """Send `jobs`, in their order, by as few calls of `send` as possible.

        Raises
        ------
        SlurmNotYet
            Those that fit were sent, and no other one fits.
        """
        size = 1 if self._tight else len(jobs)
        bound: int | None = None
        while jobs:
            part = jobs[:size] if bound is None else jobs[: -(-bound // 2)]
            try:
                await send(part)
            except SlurmNotYet as error:
                if not error.in_part:
                    raise
                self._tight = True
                bound = len(part) - 1
                if bound == 0:
                    raise
                last = error
            else:
                jobs = jobs[len(part) :]
                size *= 2
                if bound is not None:
                    bound -= len(part)
                    if bound == 0 and jobs:
                        raise last
        self._tight = False
