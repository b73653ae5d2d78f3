"""How long to wait before something is tried again: longer after each try, up to a limit."""

from __future__ import annotations

import math


def grown_s(first_s: float, times: int, longest_s: float, *, factor: float = 2.0) -> float:
    """Return the pause after so many others that have grown by `factor`, in seconds.

    >>> [grown_s(5, times, 60) for times in range(5)]
    [5.0, 10.0, 20.0, 40.0, 60.0]
    """
    # Compared as logarithms: the power of a count that nobody bounds is no number any more.
    if times * math.log(factor) >= math.log(longest_s / first_s):
        return float(longest_s)
    return float(min(longest_s, first_s * factor**times))


class Backoff:
    """The pauses between tries of one thing.

    Parameters
    ----------
    first_s, longest_s : float
        The first pause and the longest one, in seconds.
    factor : float
        How many times as long the next one is.

    Attributes
    ----------
    times : int
        How many pauses there have been in a row.
    """

    def __init__(self, first_s: float, longest_s: float, *, factor: float = 2.0) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._factor = factor
        self.times = 0

    def next_s(self, longest_s: float | None = None) -> float:
        """Return how long to wait now, in seconds; the next pause is longer.

        Parameters
        ----------
        longest_s : float, optional
            In place of the usual limit.
        """
        times, self.times = self.times, self.times + 1
        return grown_s(self._first_s, times, longest_s or self._longest_s, factor=self._factor)

    def reset(self) -> None:
        """Begin anew: it worked, or something has changed."""
        self.times = 0
