"""Asks Slurm what it says to a form's jobs, seldom: each question uses up a job id.

One question at a time; an answer is remembered for a minute, so that a form that did not change is not asked
about again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from ..protocol.errors import SlurmUnavailable
from ..slurm.forecast import Forecast, forecast
from ..slurm.refusals import may_pass, words_of

REMEMBERED_S = 60.0

Question = tuple[str, tuple[str, ...]]


class Forecasts:
    """Remembers what was asked, and what Slurm said.

    Parameters
    ----------
    clock : callable
        Returns seconds that only grow.
    ask : callable
        Returns what Slurm says to a script with a command.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        ask: Callable[[str, Sequence[str]], Awaitable[Forecast]] = forecast,
    ) -> None:
        self._clock = clock
        self._ask = ask
        self._asking = asyncio.Lock()
        self._said: dict[Question, tuple[float, Forecast]] = {}

    def known(self, script: str, command: Sequence[str]) -> Forecast | None:
        """Return what Slurm said within the last minute; None where it was not asked."""
        now = self._clock()
        self._said = {key: said for key, said in self._said.items() if now - said[0] < REMEMBERED_S}
        return self._said.get((script, tuple(command)), (now, None))[1]

    async def find(self, script: str, command: Sequence[str]) -> Forecast:
        """Return what Slurm says, asking it where that is not known; nothing where it does not answer."""
        question = (script, tuple(command))
        async with self._asking:
            self.known(script, command)
            if question not in self._said:
                try:
                    answer = await self._ask(script, command)
                except SlurmUnavailable:
                    return Forecast(answered=False)
                self._said[question] = (self._clock(), answer)
            return self._said[question][1]


def why_no_time(heard: Forecast | None, jobs: int) -> str | None:
    """Return why it is not known when so many jobs would start.

    None where it is known, where they would not start, and where Slurm was not asked (`heard` is None).
    """
    if not jobs:
        return "No jobs are asked for, so that none waits."
    if heard is None or heard.start is not None:
        return None
    if not heard.answered:
        return "Slurm did not answer. Ask again."
    if heard.refusal is None:
        return "Slurm would take it, and names no time."
    if may_pass(heard.refusal, test_only=True):
        said = words_of(heard.refusal)
        return f"Not now: {said}. It may wait, or be refused."
    return None
