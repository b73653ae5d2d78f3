"""The plain facts that problems are made of."""

from __future__ import annotations

from dataclasses import dataclass

from ...protocol.models import JobPhase


@dataclass(frozen=True)
class JobFacts:
    """What matters of a live job.

    Parameters
    ----------
    never : str or None
        Why it can never start, in plain words, and what to do; None where it may.
    nodes : tuple of str
        Those that it has.
    bare : tuple of str
        Those of several on which no worker is connected.
    workers, connected : int
        How many workers it has, and how many of them are there.
    """

    job_id: str
    phase: JobPhase
    asked_at: float
    reason: str | None = None
    never: str | None = None
    never_advice: str = ""
    nodes: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    workers: int = 1
    connected: int = 0
    started: float | None = None
    ends: float | None = None
    seen_at: float | None = None
    suspended: bool = False
    still_since: float | None = None
    expiring_since: float | None = None
    lost_at: float | None = None
    words: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What the controller knows of its own host and scheduler.

    Parameters
    ----------
    scheduler_address : str or None
        Where workers look for the scheduler.
    interfaces : tuple of str
        The other interfaces of this host, with their addresses.
    results : int
        Tasks whose results are in the workers' memory.
    """

    scheduler_address: str | None
    interfaces: tuple[str, ...] = ()
    results: int = 0
