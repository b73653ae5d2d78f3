"""Which part of a list of jobs is asked for: the one place that judges ``phase``, ``offset`` and ``limit``.

Jupyter's route and the controller's own both read their query by `Page.from_query`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from .errors import InvalidRequest
from .models import JobPhase

TOTAL_HEADER = "X-Total-Count"
"""Says how many jobs there are in the phase, before `offset` and `limit`."""

PHASES: tuple[str, ...] = get_args(JobPhase)

MOST = 1_000_000_000
"""The largest number that may be asked for."""

_SHOWN = 40
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_Job = TypeVar("_Job")


def whole_number(name: str, text: str, most: int = MOST) -> int:
    """Return a number of a query string.

    Raises
    ------
    InvalidRequest
        If it is no whole number from 0 to `most`.
    """
    if not _NUMBER.fullmatch(text) or int(text) > most:
        raise InvalidRequest(
            f"{name} must be a whole number from 0 to {most}; not {_quoted(text)}.", field=name
        )
    return int(text)


@dataclass(frozen=True)
class Page:
    """A part of the jobs, in the order in which they were asked for.

    Parameters
    ----------
    phase : str or None
        Only those in this phase; None for all.
    offset : int
        So many of these are left out at the beginning.
    limit : int or None
        So many follow at most; None for all.
    """

    phase: str | None = None
    offset: int = 0
    limit: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, Sequence[bytes]]) -> Page:
        """Read a query string, of which tornado has made lists of values by name; other names are no concern.

        Raises
        ------
        InvalidRequest
            If one of the three is not what it may be, or is there more than once.
        """
        phase, offset, limit = (_single(name, query) for name in ("phase", "offset", "limit"))
        if phase is not None and phase not in PHASES:
            raise InvalidRequest(
                f"phase must be one of {', '.join(PHASES)}; not {_quoted(phase)}.", field="phase"
            )
        return cls(
            phase,
            0 if offset is None else whole_number("offset", offset),
            None if limit is None else whole_number("limit", limit),
        )

    def to_query(self) -> dict[str, str]:
        """Return it as `from_query` reads it."""
        asked = {"phase": self.phase, "offset": self.offset or None, "limit": self.limit}
        return {name: str(value) for name, value in asked.items() if value is not None}

    def of(self, jobs: Sequence[_Job], phase: Callable[[_Job], str]) -> tuple[list[_Job], int]:
        """Return the part of `jobs` that is asked for, and how many there are in the phase.

        Parameters
        ----------
        phase : callable
            Returns the phase of a job.
        """
        found = [job for job in jobs if phase(job) == self.phase] if self.phase is not None else list(jobs)
        end = None if self.limit is None else self.offset + self.limit
        return found[self.offset : end], len(found)


def _single(name: str, query: Mapping[str, Sequence[bytes]]) -> str | None:
    values = query.get(name, ())
    if len(values) > 1:
        raise InvalidRequest(f"{name} may be given once.", field=name)
    return values[0].decode("utf-8", errors="replace") if values else None


def _quoted(text: str) -> str:
    return json.dumps(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", ensure_ascii=False)
