"""Clients and workers with other versions than the scheduler: noted when they connect, once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin
from distributed.versions import get_versions

from ...protocol.models import Problem
from ...system import clock
from ..state.state import Mismatch

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
    first = next(iter(mismatches.values()))
    more = f" {len(mismatches) - 1} more differ." if len(mismatches) > 1 else ""
    return Problem(
        "environment_mismatch",
        "warning",
        f"A {first.who} has other versions than the scheduler: {', '.join(first.differences)}.{more}",
        "Errors may follow that are hard to understand. Use the same kernel for notebook and cluster, "
        "or start the cluster again in the environment that you need.",
        since=clock.moment(first.at),
        details="\n".join(f"{key}: {', '.join(found.differences)}" for key, found in mismatches.items()),
    )


class VersionWatch(SchedulerPlugin):
    """Compares all who connect with the scheduler.

    Parameters
    ----------
    mismatches : dict
        Kept up to date: those who differ and are connected, clients by name and workers by address.
    on_change : callable
        Called when it changed.
    """

    name = "jupyter-dask-slurm-versions"

    def __init__(self, mismatches: dict[str, Mismatch], on_change: Callable[[], None]) -> None:
        self._ours = get_versions()
        self._mismatches = mismatches
        self._on_change = on_change

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
            self._mismatches[key] = Mismatch(who, found, clock.now())
            self._on_change()

    def _forget(self, key: str) -> None:
        if self._mismatches.pop(key, None) is not None:
            self._on_change()
