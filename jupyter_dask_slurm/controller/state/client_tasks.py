"""Which tasks clients have asked for, and since when: for who shows how far these are.

Counted by Dask's groups of tasks, which count their states themselves: what a graph adds is seen by the sizes
of its groups before and after it. So neither a graph of 100,000 tasks nor a question about it is walked over.
What came otherwise (`scatter`, variables) is in memory already, while nothing of a graph has begun yet.
Where two clients add to one group (the same function by `Client.map`), what is left of it counts for both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin

from ...protocol.models import Progress
from ...system import clock

_TOGETHER_S = 0.25
"""What a client adds to a group within so long is one entry: loops of `submit` make many graphs."""
_MOST = 2000
"""Entries that are kept of a client; of more, the older half is put together."""
_MOST_LOOKED_AT = 10_000
"""Groups or tasks that are looked at for one graph: more would hold up the scheduler for 0.1 s and longer."""
_TO_DO = ("waiting", "queued", "no-worker", "processing")


@dataclass
class _Added:
    """So many tasks a client has added to a group at a time, and how many of it had failed before."""

    at: float
    group: Any
    tasks: int
    failed_before: int


class ClientTasks(SchedulerPlugin):
    """How many tasks each connected client has added, and when.

    Parameters
    ----------
    now : callable
        Returns seconds that only grow.
    """

    name = "jupyter-dask-slurm-client-tasks"

    def __init__(self, now: Callable[[], float] = clock.now) -> None:
        self._now = now
        self._added: dict[str, dict[tuple[int, int], _Added]] = {}
        self._sizes: dict[int, tuple[Any, int]] = {}

    def update_graph(
        self, scheduler: Scheduler, *, client: str, tasks: Collection[Any], **_more: Any
    ) -> None:
        """Note what a graph has added (called by the scheduler, before any of it goes on)."""
        added = self._added.setdefault(client, {})
        now = self._now()
        for group, new in self._grown(scheduler, tasks):
            slot = (id(group), int(now / _TOGETHER_S))
            entry = added.setdefault(slot, _Added(now, group, 0, group.states.get("erred", 0)))
            entry.tasks += new
        if len(added) > _MOST:
            self._added[client] = _put_together(added)
        if len(self._sizes) > 2 * len(scheduler.task_groups) + 100:
            present = {id(group) for group in scheduler.task_groups.values()}
            self._sizes = {key: kept for key, kept in self._sizes.items() if key in present}

    def _grown(self, scheduler: Scheduler, tasks: Collection[Any]) -> Iterator[tuple[Any, int]]:
        """Yield the groups that a graph has added to, and how many tasks."""
        left = len(tasks)
        for group in _groups_of(scheduler, tasks):
            size = len(group)
            _, before = self._sizes.get(id(group), (None, 0))
            if size > before:
                # Kept with the group: its id is that of another one when it is gone.
                self._sizes[id(group)] = (group, size)
                new = min(size - before, group.states.get("released", 0), left)
                left -= new
                if new:
                    yield group, new

    def restart(self, scheduler: Scheduler) -> None:
        """Forget all (called by the scheduler): what it has thrown away will never be done."""
        self._added.clear()
        self._sizes.clear()

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Forget a client that has gone (called by the scheduler)."""
        self._added.pop(client, None)

    def progress(self, client: str, seconds: float) -> Progress:
        """Return how far the tasks are that a client has added within the last `seconds`."""
        since = self._now() - seconds
        found: dict[int, _Added] = {}
        for entry in self._added.get(client, {}).values():
            if entry.at >= since:
                known = found.setdefault(
                    id(entry.group), _Added(entry.at, entry.group, 0, entry.failed_before)
                )
                known.tasks += entry.tasks
        return _sum(found.values())


def _groups_of(scheduler: Scheduler, tasks: Collection[Any]) -> Iterable[Any]:
    """Return the groups that a graph may have added to, by the shorter way; none where both are long."""
    if min(len(scheduler.task_groups), len(tasks)) > _MOST_LOOKED_AT:
        return ()
    # A computation of Dask's knows only those that are new with it.
    if len(scheduler.task_groups) < len(tasks):
        return list(scheduler.task_groups.values())
    return {group for key in tasks if key in scheduler.tasks and (group := scheduler.tasks[key].group)}


def _put_together(added: dict[tuple[int, int], _Added]) -> dict[tuple[int, int], _Added]:
    """Return the same with one entry for each group of the older half; of too many groups, the newest."""
    entries = list(added.items())
    older: dict[int, _Added] = {}
    for _, entry in entries[: -_MOST // 2]:
        known = older.pop(id(entry.group), None)
        tasks, failed = (known.tasks, known.failed_before) if known else (0, entry.failed_before)
        older[id(entry.group)] = _Added(entry.at, entry.group, tasks + entry.tasks, failed)
    kept = list(older.items())[-_MOST // 4 :]
    return {(key, -1): entry for key, entry in kept} | dict(entries[-_MOST // 2 :])


def _sum(entries: Iterable[_Added]) -> Progress:
    tasks = done = failed = running = 0
    for entry in entries:
        states = entry.group.states
        to_do = min(entry.tasks, sum(states.get(state, 0) for state in _TO_DO))
        failures = min(entry.tasks - to_do, max(0, states.get("erred", 0) - entry.failed_before))
        tasks += entry.tasks
        failed += failures
        done += entry.tasks - to_do - failures
        running += min(to_do, states.get("processing", 0))
    return Progress(tasks=tasks, done=done, failed=failed, running=running)
