"""Which clusters the variables of a notebook hold: one that has lost its variable is nobody's any more.

Garbage collection does not tell: IPython keeps what was shown, and a client of Dask, which holds its cluster,
is itself held by its tasks until it is closed.
"""

from __future__ import annotations

import functools
import gc
import re
import sys
import types
import weakref
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from distributed import Client

_NOBODY = (
    types.FrameType, types.MethodType, types.CoroutineType, types.CellType, types.GeneratorType, tuple,
)  # fmt: skip
"""What holds a client while it works."""
_ITS_OWN = ("distributed", "tornado", "asyncio")
_IPYTHONS = re.compile(r"_{1,3}|_\d+|_i{1,3}|_i\d+|_[iod]h|In|Out")
"""Names by which IPython remembers what was typed and shown."""
_MOST_LOOKED_AT = 200_000
"""So many values are looked at for one that holds a cluster; among more there may be one."""


_CONTAINERS = (
    tuple, list, dict, set, frozenset, types.CellType, types.MethodType, functools.partial,
)  # fmt: skip


class Abandonable(Protocol):
    """A cluster that may lose its variable."""

    def abandon(self, clients: Iterable[Client]) -> None:
        """Close the clients and the cluster; returns at once."""


class NotebookVariables:
    """Looks after each cell which clusters a variable holds, or a client in a variable.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Of this process.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._never_held: weakref.WeakSet[Any] = weakref.WeakSet()
        self._held: weakref.WeakSet[Any] = weakref.WeakSet()
        shell.events.register("post_run_cell", self._cell_has_run)

    def watch(self, cluster: Abandonable) -> None:
        """Have a cluster abandoned once a variable has held it and none does."""
        self._never_held.add(cluster)

    def _cell_has_run(self, _result: object) -> None:
        values = [value for name, value in self._shell.user_ns.items() if not _IPYTHONS.fullmatch(name)]
        holding = {id(value) for value in values}
        holding |= {id(value.cluster) for value in values if isinstance(value, Client)}
        for cluster in tuple(self._never_held):
            if id(cluster) in holding:
                self._never_held.discard(cluster)
                self._held.add(cluster)
        for cluster in tuple(self._held):
            if id(cluster) not in holding and not _reach(values, cluster):
                self._lost(cluster)

    def _lost(self, cluster: Abandonable) -> None:
        """Abandon a cluster that only IPython's memory holds, and clients that nothing else holds."""
        self._forget(cluster)
        # Tuples all of them: a list of ours would be one more that holds them.
        clients = tuple(_client_of(holder) for holder in self._holders(cluster))
        for client in clients:
            self._forget(client)
        if not any(client is None or self._is_used(client) for client in clients):
            self._held.discard(cluster)
            cluster.abandon(client for client in clients if client is not None)

    def _forget(self, value: object) -> None:
        """Have IPython forget what it has shown."""
        names = self._shell.user_ns
        # It forgets a value by whatever name.
        theirs = {name: value for name in names if names[name] is value and not _IPYTHONS.fullmatch(name)}
        names["_jds_forgotten"] = value
        with suppress(AttributeError):  # where no cell has ended yet
            self._shell.del_var("_jds_forgotten")
        names.pop("_jds_forgotten", None)
        names.update(theirs)

    def _is_used(self, client: Client) -> bool:
        return bool(client.futures) or any(
            not type(holder).__module__.startswith(_ITS_OWN) for holder in self._holders(client)
        )

    def _holders(self, value: object) -> Iterator[object]:
        ours = (self.__dict__, globals())
        for holder in gc.get_referrers(value):
            if not isinstance(holder, _NOBODY) and not any(holder is one for one in ours):
                yield holder


def _reach(values: Iterable[object], cluster: object) -> bool:
    """Return whether values lead to a cluster, or its client, by containers, functions and own objects."""
    waiting, seen = list(values), set[int]()
    while waiting:
        value = waiting.pop()
        if value is cluster or (isinstance(value, Client) and value.cluster is cluster):
            return True
        if id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > _MOST_LOOKED_AT:
            return True
        waiting += filter(gc.is_tracked, _within(value))
    return False


def _within(value: Any) -> Iterable[object]:
    """Return what a value holds that a notebook has made; not the variables that a function refers to."""
    if isinstance(value, types.FunctionType):
        return (value.__closure__, value.__defaults__, value.__kwdefaults__)
    own = getattr(type(value), "__module__", None) == "__main__"
    if own or isinstance(value, _CONTAINERS):
        return gc.get_referents(value)
    return ()


def _client_of(holder: object) -> Client | None:
    """Return the client of which this is the inside."""
    if isinstance(holder, Client):
        return holder
    if isinstance(holder, dict) and "_asynchronous" in holder and "futures" in holder:
        found = (owner for owner in gc.get_referrers(holder) if isinstance(owner, Client))
        return next(found, None)
    return None


_watching: list[NotebookVariables] = []


def watch(cluster: Abandonable) -> None:
    """Watch the variable of a cluster, where this process is a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    if not _watching:
        _watching.append(NotebookVariables(shell))
    _watching[0].watch(cluster)
