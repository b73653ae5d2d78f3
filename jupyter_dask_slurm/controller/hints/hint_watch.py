"""Looks at the scheduler while it works, and keeps the one hint that is to be said."""

from __future__ import annotations

from distributed import Scheduler

from ...protocol.models import Hint, Scaling, Usage
from ...system import clock
from .look import look
from .measures import Asked, Reading
from .span import Span
from .verdicts import Verdict, nearly_full, next_memory, verdicts

BUSY_S = 300.0
"""So long tasks must have run before anything is said of them, in seconds."""

REVIEW_S = 300.0
"""A hint stays as it was said for so long, in seconds: one that comes and goes helps nobody."""


class HintWatch:
    """Measures, and says what would be better.

    Parameters
    ----------
    asked : Asked
        What was asked for.

    Attributes
    ----------
    hint : Hint or None
        What is said now.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._span = Span()
        self._before: Reading | None = None
        self._said_at = 0.0
        self._scaling: Scaling | None = None
        self.hint: Hint | None = None

    def look(self, scheduler: Scheduler, loop_s: float, scaling: Scaling, now: float) -> bool:
        """Measure once more, and return whether something else is said now.

        Parameters
        ----------
        loop_s : float
            For how long the scheduler's loop stood at most since the last look.
        scaling : Scaling
            How large the cluster shall be; what was measured of another size is forgotten.
        """
        had = self.hint
        if scaling != self._scaling:
            self._scaling = scaling
            self._begin_anew()
        self.take(look(scheduler, loop_s, now))
        return self.hint != had

    def take(self, reading: Reading) -> None:
        """Take in a reading, and say what follows from it."""
        before, self._before = self._before, reading
        self._span.add(reading)
        urgent = nearly_full(before, reading, self._asked)
        is_held = self.hint is not None and reading.at - self._said_at < REVIEW_S
        if is_held and (urgent is None or (self.hint and self.hint.code == urgent.kind.code)):
            return
        self._say(urgent or self._judged(), reading.at)

    def _begin_anew(self) -> None:
        self._span.begin_anew()
        self.hint = None

    @property
    def usage(self) -> Usage | None:
        """What was used of what there was; None where no worker was ever seen."""
        peak = self._span.peak
        if not peak.limit_bytes:
            return None
        return Usage(
            round(self._span.used_core_s / 3600, 4),
            peak.used_bytes,
            peak.limit_bytes,
            next_memory(peak, self._asked),
        )

    def _judged(self) -> Verdict | None:
        """Return what is said of the busy minutes; what is said already, as long as it holds."""
        if self._span.busy_s < BUSY_S:
            return None
        found = verdicts(self._span.load, self._span.peak, self._asked)
        said = self.hint.code if self.hint else None
        return next((one for one in found if one.kind.code == said), found[0] if found else None)

    def _say(self, verdict: Verdict | None, now: float) -> None:
        before = self.hint
        if verdict is None:
            self.hint = None
            return
        is_same = before is not None and before.code == verdict.kind.code
        since = before.since if before is not None and is_same else clock.moment(now)
        self.hint = verdict.kind.hint(verdict.message, since, verdict.value)
        self._said_at = now
