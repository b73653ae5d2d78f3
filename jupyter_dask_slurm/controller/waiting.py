"""Why the queued jobs of a cluster wait, in one sentence for all of them; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from ..models import Waiting, iso_time
from ..slurm.reasons import explain
from .ledger import TrackedJob
from .phases import phase_of


def waiting(jobs: Iterable[TrackedJob], connected: Collection[str], now: float) -> Waiting | None:
    """Return the reason that most queued jobs have and the earliest expected start that is yet to come.

    Parameters
    ----------
    now : float
        In seconds since 1970.

    Returns
    -------
    Waiting or None
        None where no job waits of which Slurm has said anything.
    """
    queued = [
        job.seen for job in jobs if job.seen and not job.cancelling and phase_of(job, connected) == "queued"
    ]
    if not queued:
        return None
    [(reason, _)] = Counter(seen.reason for seen in queued).most_common(1)
    starts = [seen.expected_start for seen in queued if seen.expected_start and seen.expected_start > now]
    return Waiting(reason, explain(reason).text, iso_time(min(starts)) if starts else None)
