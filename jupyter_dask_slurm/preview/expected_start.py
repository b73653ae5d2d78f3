"""Asks Slurm when a form's jobs would start, seldom: each question uses up a job id.

It is asked only about what has not changed for a while, and at most once in a while; its answer is remembered
for a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from ..protocol.errors import SlurmRefused, SlurmUnavailable
from ..slurm.forecast import expected_start

UNCHANGED_S = 2.0
BETWEEN_S = 10.0
REMEMBERED_S = 60.0

Question = tuple[str, tuple[str, ...]]


class ExpectedStarts:
    """Remembers what was asked, and what Slurm said.

    Parameters
    ----------
    clock : callable
        Returns seconds that only grow.
    ask : callable
        Returns when Slurm would start a script with a command.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        ask: Callable[[str, Sequence[str]], Awaitable[str | None]] = expected_start,
    ) -> None:
        self._clock = clock
        self._ask = ask
        self._asking = asyncio.Lock()
        self._said: dict[Question, tuple[float, str | None]] = {}
        self._last: Question | None = None
        self._since = 0.0
        self._asked_at = -BETWEEN_S

    async def find(self, script: str, command: Sequence[str]) -> str | None:
        """Return when Slurm would start it; None where that is not known, or not yet.

        Who asks again, `UNCHANGED_S` after the last change, gets Slurm's answer.
        """
        question = (script, tuple(command))
        now = self._clock()
        self._said = {key: said for key, said in self._said.items() if now - said[0] < REMEMBERED_S}
        if question in self._said:
            return self._said[question][1]
        if question != self._last:
            self._last, self._since = question, now
        if now - self._since < UNCHANGED_S or now - self._asked_at < BETWEEN_S or self._asking.locked():
            return None
        async with self._asking:
            self._asked_at = now
            try:
                answer = await self._ask(script, command)
            except (SlurmUnavailable, SlurmRefused):
                answer = None
        self._said[question] = (now, answer)
        return answer
