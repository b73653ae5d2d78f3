"""An object in a kernel that stands for a cluster: from its start to its end."""

from __future__ import annotations

import asyncio
import sys
import warnings
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

from distributed import Security
from distributed.core import Status
from distributed.deploy.cluster import Cluster
from tornado.ioloop import IOLoop

from ..protocol.errors import DaskSlurmError
from ..system.event_loop.background import Background
from . import notebook_variables
from .keyword_reading import Asked
from .letting_go import close_at_exit, let_go, let_go_with
from .link import Link

if TYPE_CHECKING:
    from distributed import Client
    from typing_extensions import Self

    from ..protocol.models import Cluster as ClusterInfo


class LinkedCluster(Cluster):
    """One of Dask's cluster objects, whose scheduler and workers are those of a controller.

    No task holds it: it goes when nobody else holds it.
    """

    _link: Link | None
    _called = ("SLURMCluster", 0)

    def _set_up(
        self, asked: Asked | None, name: str | None, *, asynchronous: bool, loop: IOLoop | None,
        close_on_exit: bool,
    ) -> None:  # fmt: skip
        self._asked = asked
        self._link = None
        self._beginning: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._tasks = Background()
        self._names: dict[str, set[str]] = {"plan": set(), "requested": set()}
        self.security = Security()
        super().__init__(asynchronous=asynchronous, loop=loop, name=name)
        if close_on_exit:
            close_at_exit(self)
        if not self.called_from_running_loop:
            self._loop_runner.start()
            try:
                self.sync(self._begin)
            except BaseException:
                self.sync(self._give_up)
                self._loop_runner.stop()
                raise

    def __await__(self) -> Generator[Any, Any, Self]:
        async def begin() -> Self:
            await self._begin()
            return self

        return begin().__await__()

    async def _begin(self) -> None:
        """Start the cluster, once, whoever waits for it."""
        if self._beginning is None:
            self.status = Status.starting
            self._beginning = asyncio.create_task(self._start())
        # Who gives up leaves the others theirs.
        await asyncio.shield(self._beginning)

    async def _give_up(self) -> None:
        """Start no longer: what was begun of a new cluster is stopped."""
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.wait({self._beginning})

    async def _start(self) -> None:
        try:
            self._link = link = await Link.open(self._asked, self.name, self._log, self._warn)
            await self._take(link)
        except BaseException:
            self.status = Status.failed
            if self._link is not None:
                self._letting_go()
            raise
        self.status = Status.running

    async def _take(self, link: Link) -> None:
        self.name = link.cluster.name
        self.security = link.security
        self.scheduler_comm = link.scheduler
        unnamed = self._asked is not None and self._asked.name is None
        self._letting_go = let_go_with(self, link, self._loop_runner, stops=unnamed)
        if unnamed:
            notebook_variables.watch(self)
        self.scheduler_info = await link.watch(self)
        self._names = await link.names()

    @property
    def known_id(self) -> str | None:
        """The cluster's id; None while it is not known."""
        return None if self._link is None else self._link.cluster.id

    def _warn(self, sentence: str) -> None:
        """Show a warning at the line that called, each time that it is called."""
        warnings.warn_explicit(sentence, UserWarning, *self._called)

    @property
    def _open_link(self) -> Link:
        if self._link is None or self.status != Status.running:
            raise DaskSlurmError(f"The cluster is {self.status.name}.")
        return self._link

    async def _ask_for_names(self) -> None:
        if self._link is not None and self.status == Status.running:
            self._names = await self._link.names()

    async def _close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._stop())
        await asyncio.shield(self._closing)

    async def _stop(self) -> None:
        if self._beginning is not None:
            await asyncio.wait({self._beginning})
        link, was = self._link, self.status
        self.status = Status.closing
        try:
            if link is not None and was != Status.closed:
                self._letting_go.detach()
                await link.stop()
        finally:
            await self._tasks.end()
            self.status = Status.closed

    def close(self, timeout: float | None = None) -> Any:
        """Stop the cluster: its jobs are cancelled, whoever else uses it.

        Parameters
        ----------
        timeout : float, optional
            In seconds. What has not ended by then does so by itself.
        """
        awaitable = super().close(timeout)
        if not self.asynchronous:
            self._loop_runner.stop()
        return awaitable

    def stop_at_exit(self) -> None:
        """Stop the cluster where this process ends, and wait for nothing."""
        if self._link is not None and self.status == Status.running:
            self._link.stop_now()

    def note_end(self, cluster: ClusterInfo | None) -> None:
        """Take notice that the cluster has ended without this object's doing."""
        if self.status == Status.running:
            self.status = Status.closed
            why = cluster.ended.reason if cluster is not None and cluster.ended else "It was stopped."
            self._log(f'The cluster "{self.name}" has ended: {why}')
            self._release(stops=False)

    def abandon(self, clients: Iterable[Client]) -> None:
        """Stop the cluster, and close its clients: no variable holds it any more. Returns at once."""
        if self.status == Status.running:
            self.status = Status.closed
            self._release(stops=True, clients=clients)

    def _release(self, *, stops: bool, clients: Iterable[Client] = ()) -> None:
        self._letting_go.detach()
        if self._link is not None:
            let_go(self._link, self.loop, self._loop_runner, stops, clients)

    def note_workers(self, operation: str, message: Any) -> None:
        """Take notice of workers that have come or gone."""
        self._update_worker_status(operation, message)
        if not self._tasks.runs:
            self._tasks.begin(self._ask_for_names())

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same cluster; one of the same name may have taken its place."""
        same = isinstance(other, LinkedCluster) and None is not self.known_id == other.known_id
        return self is other or same

    __hash__ = Cluster.__hash__

    def __del__(self, _warn: Any = None) -> None:
        """Say nothing of one that is not closed: it may well go on."""


def caller() -> tuple[str, int]:
    """Return file and line of whoever has called the method that calls this."""
    frame = sys._getframe(2)  # noqa: SLF001 - as `warnings` finds it
    return frame.f_code.co_filename, frame.f_lineno
