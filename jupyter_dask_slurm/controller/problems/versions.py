"""Clients and workers with other versions than the scheduler: noted when they connect, once each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.versions import get_versions

from ...protocol.models import Problem
from ...protocol.models.problem import ENVIRONMENT_MISMATCH
from ...protocol.naming import named, one_or_many
from ...system import clock
from ..state.state import ClusterState, Mismatch
from .grouping import Group, by_cause

# What the three exchange pickled or compressed, and what data are most often made of.
_COMPARED = ("dask", "distributed", "cloudpickle", "toolz", "lz4", "numpy", "pandas")


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return in words what differs between two answers of ``distributed.versions.get_versions``.

    Python counts to its second number, for pickled functions are good within it; a package that only
    one of the two has does not count.
    """
    mine, other = _versions(ours), _versions(theirs)
    return tuple(
        f"{name} {other[name]} instead of {mine[name]}"
        for name in mine
        if other.get(name) is not None and mine[name] is not None and other[name] != mine[name]
    )


def _versions(answer: Mapping[str, Any]) -> dict[str, str | None]:
    python = str(answer.get("host", {}).get("python", ""))
    packages = answer.get("packages", {})
    return {
        "python": ".".join(python.split(".")[:2]) or None,
        **{name: packages.get(name) for name in _COMPARED},
    }


def environment_mismatch(mismatches: Mapping[str, Mismatch]) -> Problem | None:
    """Return a problem while somebody is connected who has other versions than the scheduler."""
    if not mismatches:
        return None
    groups = by_cause(mismatches.items(), lambda item: (item[1].who, item[1].differences))
    first = groups[0]
    who, differ = first.facts[0][1].who, ", ".join(first.facts[0][1].differences)
    has = one_or_many(len(first.facts), f"A {who} has", f"{len(first.facts)} {who}s have")
    others = len(mismatches) - len(first.facts)
    more = f" {others} more {one_or_many(others, 'differs', 'differ')} in other ways." if others else ""
    return ENVIRONMENT_MISMATCH.problem(
        f"{has} other versions than the scheduler: {differ}.{more}",
        "Errors may follow that are hard to understand. Use the same kernel for notebook and cluster, "
        "or start the cluster again in the environment that you need.",
        since=clock.moment(min(found.at for found in mismatches.values())),
        details="\n".join(_told(group) for group in groups),
    )


def _told(group: Group[tuple[str, Mismatch], tuple[str, tuple[str, ...]]]) -> str:
    names = named([name for name, _ in group.facts])
    differ = "other versions" if group.cause is None else ", ".join(group.cause[1])
    return f"{names}: {differ}"


class VersionWatch(SchedulerPlugin):
    """Compares all who connect with the scheduler, and keeps `ClusterState.mismatches` true."""

    name = "jupyter-dask-slurm-versions"

    def __init__(self, state: ClusterState) -> None:
        self._ours = get_versions()
        self._state = state

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """Compare a worker (called by the scheduler)."""
        self._compare(worker, "worker", scheduler.workers[worker].versions)

    def add_client(self, scheduler: Scheduler, client: str) -> None:
        """Compare a client (called by the scheduler)."""
        self._compare(client, "client", scheduler.clients[client].versions)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_more: Any) -> None:
        """Forget a worker (called by the scheduler)."""
        self._forget(worker)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Forget a client (called by the scheduler)."""
        self._forget(client)

    def _compare(self, key: str, who: str, theirs: Mapping[str, Any]) -> None:
        if found := differences(self._ours, theirs):
            self._state.mismatches[key] = Mismatch(who, found, clock.now())
            self._state.changed.emit()

    def _forget(self, key: str) -> None:
        if self._state.mismatches.pop(key, None) is not None:
            self._state.changed.emit()
