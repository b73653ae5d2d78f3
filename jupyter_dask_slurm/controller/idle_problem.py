"""A cluster that will end because nothing runs on it → the problem `idle_soon`. Pure."""

from __future__ import annotations

from ..models import Problem, iso_time

SOON_S = 600.0
"""So long before its end one is warned, in seconds; for short timeouts at half of it."""


def idle_soon(since: float | None, timeout_s: int, results: int, now: float) -> Problem | None:
    """Return the warning that the idle timeout is about to end the cluster; None while it is not.

    Parameters
    ----------
    since : float or None
        Since when the cluster is idle, in seconds since 1970.
    results : int
        How many results are in the workers' memory.
    """
    if since is None or timeout_s == 0:
        return None
    closes = since + timeout_s
    warn_at = closes - min(SOON_S, timeout_s / 2)
    if now < warn_at:
        return None
    lost = {0: "No result", 1: "One result"}.get(results, f"{results} results")
    return Problem(
        "idle_soon",
        "warning",
        f"Nothing has run since {iso_time(since)}: the cluster ends at {iso_time(closes)}. "
        f"{lost} in its memory would be lost.",
        "Keep it longer, or run something on it; else save what you need.",
        since=iso_time(warn_at),
    )
