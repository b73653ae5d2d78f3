"""What a check of the interfaces will do, and what it has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...protocol.models import Model, NetworkInterface, Site, Time

JOB_MINUTES = 2
LIMIT_S = 90.0
"""So long the check waits for its jobs; one that queues for longer is cancelled."""
_FAST = ("ib", "hsn", "opa", "bond")


@dataclass(frozen=True)
class CheckPlan(Model):
    """What the check will spend."""

    partitions: tuple[str, ...]
    interfaces: tuple[NetworkInterface, ...]
    jobs: int
    core_minutes: int
    """At most."""
    message: str
    """The same in words."""


@dataclass(frozen=True)
class Attempt(Model):
    """Whether a node reached this host by one of its interfaces."""

    interface: str
    address: str
    reached: bool
    error: str | None = None


@dataclass(frozen=True)
class PartitionResult(Model):
    """What the job in one partition has found."""

    partition: str
    state: Literal["answered", "waiting", "refused", "failed"]
    message: str
    node: str | None = None
    attempts: tuple[Attempt, ...] = ()
    clock_difference_s: float | None = None
    """The node's time minus this host's."""
    shared_directory: bool = False
    """Whether it could write where clusters stand."""


@dataclass(frozen=True)
class CheckReport(Model):
    """What a check has found."""

    checked_at: Time
    hostname: str
    partitions: tuple[PartitionResult, ...]
    interface: str | None
    """The one to use; None where none will do."""
    reason: str
    """Why that one."""


def make_plan(site: Site) -> CheckPlan:
    """Return what a check of this site will do."""
    partitions = tuple(partition.name for partition in site.partitions if partition.allowed)
    names = ", ".join(interface.name for interface in site.interfaces)
    return CheckPlan(
        partitions=partitions,
        interfaces=site.interfaces,
        jobs=len(partitions),
        core_minutes=len(partitions) * JOB_MINUTES,
        message=f"Submits {len(partitions)} jobs of one core, one to each of {', '.join(partitions)}. "
        f"Each tries to connect to this host by {names}, and ends after seconds. "
        f"At most {len(partitions) * JOB_MINUTES} core minutes are charged.",
    )


def choose(results: Sequence[PartitionResult]) -> tuple[str | None, str]:
    """Return the interface that the nodes of most partitions reach, and why it is the one.

    Loopback counts only where nothing else was reached: it means that a node is this host itself. Of equals
    the one whose name tells of a fast network wins, then the first.
    """
    answered = [result for result in results if result.state == "answered"]
    if not answered:
        return None, "No job has answered, so nothing is known."
    reached: dict[str, int] = {}
    for result in answered:
        for attempt in result.attempts:
            reached[attempt.interface] = reached.get(attempt.interface, 0) + attempt.reached
    candidates = {name: count for name, count in reached.items() if count}
    if len(candidates) > 1:
        candidates.pop("lo", None)
    if not candidates:
        return None, "The nodes reach this host by none of its interfaces."
    best = max(candidates, key=lambda name: (candidates[name], name.startswith(_FAST)))
    where = "all" if candidates[best] == len(answered) else f"{candidates[best]} of {len(answered)}"
    others = ", ".join(name for name in candidates if name != best)
    beside = f"; so do {others}, if less widely or by a slower network" if others else " as the only one"
    return best, f"{best} is reached from nodes of {where} partitions that answered{beside}."
