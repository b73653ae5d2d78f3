"""What a check of the interfaces will do, and what it has found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...protocol.models import Model, NetworkInterface, Site, Time
from ...protocol.models.base import Sentence

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
    message: Sentence
    """The same in words."""


@dataclass(frozen=True)
class Attempt(Model):
    """Whether one host reached another by one of the interfaces of that."""

    interface: str
    address: str
    reached: bool
    error: str | None = None


@dataclass(frozen=True)
class PartitionResult(Model):
    """What the job in one partition has found."""

    partition: str
    state: Literal["answered", "waiting", "refused", "failed"]
    message: Sentence
    node: str | None = None
    attempts: tuple[Attempt, ...] = ()
    """By which interfaces of this host the node reaches it."""
    clock_difference_s: float | None = None
    """The node's time minus this host's."""
    shared_directory: bool = False
    """Whether it could write where clusters stand."""
    calls: tuple[Attempt, ...] = ()
    """By which interfaces of the node this host reaches it."""


@dataclass(frozen=True)
class CheckReport(Model):
    """What a check has found."""

    checked_at: Time
    hostname: str
    partitions: tuple[PartitionResult, ...]
    interface: str | None
    """The one to use; None where none will do."""
    reason: Sentence
    """Why that one."""
    node_interface: str | None = None
    """The nodes' one by which this host reaches them, as it must for a controller in a job; None if none."""
    node_reason: Sentence = ""
    """What that means; empty where a former version has checked."""

    @property
    def is_unreached(self) -> bool:
        """Whether it is certain that nodes reach this host by none of its interfaces."""
        return self.interface is None and any(one.state == "answered" for one in self.partitions)

    @property
    def cannot_call_nodes(self) -> bool:
        """Whether it is certain that this host reaches nodes by none of theirs."""
        return self.node_interface is None and any(one.calls for one in self.partitions)


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
        f"Each tries to connect to this host by {names}, is called from here, and ends after seconds. "
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
    found = _widest([result.attempts for result in answered])
    if found is None:
        return None, "The nodes reach this host by none of its interfaces."
    best, count, others = found
    beside = f"; so do {others}, if less widely or by a slower network" if others else " as the only one"
    where = _of_all(count, len(answered))
    return best, f"{best} is reached from nodes of {where} partitions that answered{beside}."


def choose_of_nodes(results: Sequence[PartitionResult]) -> tuple[str | None, str]:
    """Return the interface by which this host reaches the nodes of most partitions, and what that means."""
    answered = [result for result in results if result.state == "answered"]
    called = [result for result in answered if result.calls]
    if not called:
        why = "no node could tell where to call it" if answered else "no job has answered"
        return None, f"Whether this host reaches the nodes is not known: {why}."
    found = _widest([result.calls for result in called])
    if found is None:
        return (
            None,
            "This host reaches the nodes by none of their interfaces: no controller can live in a job.",
        )
    best, count, _others = found
    where = _of_all(count, len(called))
    return best, f"This host reaches nodes of {where} partitions that answered by their {best}."


def _widest(attempts: Iterable[Sequence[Attempt]]) -> tuple[str, int, str] | None:
    """Return the interface by which most was reached, how often, and the others that were reached."""
    reached: dict[str, int] = {}
    for of_one in attempts:
        for attempt in of_one:
            reached[attempt.interface] = reached.get(attempt.interface, 0) + attempt.reached
    candidates = {name: count for name, count in reached.items() if count}
    if len(candidates) > 1:
        candidates.pop("lo", None)
    if not candidates:
        return None
    best = max(candidates, key=lambda name: (candidates[name], name.startswith(_FAST)))
    return best, candidates[best], ", ".join(name for name in candidates if name != best)


def _of_all(count: int, answered: int) -> str:
    return "all" if count == answered else f"{count} of {answered}"
