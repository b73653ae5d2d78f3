"""One cluster as this Jupyter server sees it.

A handle holds the last known state of one cluster and a task that keeps it true (see `following`). The
controller is the source while it answers; its record on disk is what is left of it afterwards.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..protocol.errors import ControllerUnreachable, MachineFault, NoAnswer, StorageUnavailable
from ..protocol.models import OVER, Cluster, Record, iso_time
from ..registry import Registry, as_seen_from_afar, is_here
from ..system.beside_loop import in_thread
from ..system.event_loop.background import Background
from ..system.event_loop.first_of import first_of
from .contact.channel import TlsChannel
from .contact.client import ControllerClient
from .contact.forwarder import Forwarder
from .contact.heartbeat import Heartbeat
from .postmortem import as_ended

log = logging.getLogger(__name__)


class ClusterHandle:
    """What is known of one cluster.

    Parameters
    ----------
    record : Record
        As found on disk.
    registry : Registry
        Where the record is read again when the controller is gone.
    changed : callable
        Called with the handle after each change of `cluster`, and when it is `over` or `removed`.

    Attributes
    ----------
    stop_wanted, gone : asyncio.Event
        Set when its user has asked to stop it; when nothing of it is left and it is off the list.
    notes : tuple of str
        What of files is taken for something else, or left out, as far as that was known when it was started
        here; its history has all of it.
    """

    def __init__(self, record: Record, registry: Registry, changed: Callable[[ClusterHandle], None]) -> None:
        self.record = record
        self.cluster = record.cluster if self.here else as_seen_from_afar(record)
        if self.over:
            self.cluster = as_ended(self.cluster)
        self.client: ControllerClient | None = None
        self.exit_code: int | None = None
        self.stop_wanted = asyncio.Event()
        self.gone = asyncio.Event()
        self.notes: tuple[str, ...] = ()
        self.removed = False
        self.hidden = False
        self.heartbeat = Heartbeat(record.heartbeat_at)
        self._registry = registry
        self._changed = changed
        self._hurry = asyncio.Event()
        # The controller answers, or never will again. Neither a record tells that, nor what is new in an
        # answer: the first one may equal the record.
        self._settled = asyncio.Event()
        # Or Slurm has said what becomes of its own job, in which it is to run.
        self._asked = asyncio.Event()
        if self.over:
            self._settled.set()
        self._following = Background()
        self._forwarder: Forwarder | None = None

    @property
    def id(self) -> str:
        """The cluster's id."""
        return self.cluster.id

    @property
    def here(self) -> bool:
        """Whether its controller runs on this host, or shall."""
        return is_here(self.record)

    @property
    def is_queued(self) -> bool:
        """Whether its controller is to run in a job of its own, and does not yet."""
        return self.record.pid is None and self.record.cluster.controller.placement == "job"

    @property
    def over(self) -> bool:
        """Whether the cluster has ended, in whatever way."""
        return self.cluster.status in OVER

    @property
    def orphaned(self) -> bool:
        """Whether nothing speaks for the cluster: no controller's answer, no record that can be read."""
        return not self.record.nonce

    @property
    def leaves(self) -> bool:
        """Whether it goes off the list by itself: it is gone, or over as its user has wanted it."""
        cluster = self.cluster
        # Where the controller died meanwhile too.
        stopped = self.stop_wanted.is_set() or (cluster.status == "stopped" and cluster.ended is None)
        return self.removed or (self.over and (self.hidden or stopped))

    @property
    def is_answering(self) -> bool:
        """Whether the controller answers now."""
        return self.client is not None and self.cluster.controller.reachable

    @property
    def can_answer(self) -> bool:
        """Whether there is a way to its controller from here."""
        return self.here or self.is_queued or self.record.endpoint is not None

    def follow(self, following: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Begin to follow; returns at once."""
        if not (self._following.begun or self.over):
            self._following.begin(following())

    def process_ended(self, exit_code: int) -> None:
        """Take notice that the process that this Jupyter server started has ended."""
        self.exit_code = exit_code
        self.hurry()

    def hurry(self) -> None:
        """Look at once whether the controller is there, and again soon: something has just changed."""
        self._hurry.set()

    async def close(self) -> None:
        """Follow no longer; the controller goes on."""
        await self._following.end()
        if self.client is not None:
            await self.client.close()
        if self._forwarder is not None:
            await self._forwarder.close()

    def update(self, cluster: Cluster) -> None:
        """Take over a newer state of the cluster."""
        if self.stop_wanted.is_set() and cluster.status in ("starting", "running"):
            cluster = dataclasses.replace(cluster, status="stopping")
        if cluster.status in OVER:
            self._settled.set()
        if cluster == self.cluster:
            return
        self.cluster = cluster
        self._changed(self)

    # -- what its follower finds ---------------------------------------------------------------

    async def answered(self, cluster: Cluster) -> None:
        """Take over what the controller itself says, which may be just what its record said already."""
        self._settled.set()
        channel = self.client.channel.name if self.client is not None else None
        info = dataclasses.replace(cluster.controller, reachable=True, channel=channel)
        self.update(dataclasses.replace(cluster, controller=info))
        if self.stop_wanted.is_set() and self.client is not None:  # asked for before it could be reached
            await self.client.stop()

    def silent(self) -> None:
        """Take notice that the controller lives and does not answer."""
        info = dataclasses.replace(self.cluster.controller, reachable=False, channel=None)
        self.update(dataclasses.replace(self.cluster, controller=info))

    def asked(self) -> None:
        """Take notice that Slurm was asked for the controller's own job, which has not begun."""
        self._asked.set()

    def begun(self) -> None:
        """Take over what its controller, which has just begun, has written into the record."""
        self.heartbeat.changed(self.record.heartbeat_at)
        self.update(self.record.cluster if self.here else as_seen_from_afar(self.record))

    def unsettle(self) -> None:
        """Take notice that the controller tells nothing at the moment."""
        self._settled.clear()

    def vanished(self) -> None:
        """Take notice that nothing of it is left on disk, and nobody will write it anew."""
        self.removed = True
        self._settled.set()
        self._changed(self)

    async def ended_without_a_word(self, cluster: Cluster, last: dict[str, Any]) -> None:
        """Say, here and on disk, how a controller went that said nothing of it itself."""
        self.update(as_ended(dataclasses.replace(cluster, **last)))
        record = dataclasses.replace(self.record, cluster=self.cluster, heartbeat_at=iso_time())
        try:
            await in_thread(self._registry.write, record)
        except (MachineFault, StorageUnavailable) as error:
            log.warning("%s", error)

    def read_anew(self) -> None:
        """Read the record again; blocks on the disk.

        Raises
        ------
        ClusterNotFound, FileDamaged, StorageUnavailable
        """
        self.record = self._registry.read(self.id)

    def record_stamp(self) -> tuple[int, int]:
        """Return what changes when the record is written; blocks on the disk."""
        return self._registry.record_stamp(self.id)

    async def pause(self, seconds: float) -> bool:
        """Wait; True if something has happened that ends the pause."""
        try:
            await asyncio.wait_for(self._hurry.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        self._hurry.clear()
        return True

    # -- what users do -------------------------------------------------------------------------

    def show_again(self) -> None:
        """Take back that the cluster leaves the list."""
        self.hidden = False
        self._changed(self)

    async def stop(self) -> bool:
        """Ask the controller to stop; where it cannot be reached yet, as soon as it can.

        Returns
        -------
        bool
            Whether it has taken that.
        """
        client = self.client if self.is_answering else None
        self.stop_wanted.set()
        self.update(dataclasses.replace(self.cluster, status="stopping"))
        if client is None:
            return False
        try:
            await client.stop()
        except (ControllerUnreachable, NoAnswer) as error:
            log.info("The stop of %s is sent again when it can be reached: %s", self.id, error.details)
            return False
        return True

    async def wait_until_reachable(self, seconds: float) -> bool:
        """Wait for a controller that is starting; False if it does not answer in time or has ended."""
        try:
            await asyncio.wait_for(self._settled.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return not self.over and not self.removed

    async def wait_until_told(self, seconds: float) -> None:
        """Wait until something can be said of it: its controller's answer, or why its own job waits."""
        told = [self._settled, self._asked] if self.is_queued else [self._settled]
        await first_of(*(event.wait() for event in told), seconds=seconds)

    def require_client(self) -> ControllerClient:
        """Return the client of the controller.

        Raises
        ------
        ControllerUnreachable
            If the controller runs on another host, or does not answer yet or any more.
        """
        if not self.can_answer:
            raise ControllerUnreachable(
                f"The controller of this cluster runs on {self.record.hostname}; "
                "from here it can only be stopped."
            )
        if self.client is None or not self.is_answering:
            where = "" if self.here else f", on {self.record.hostname},"
            raise ControllerUnreachable(
                f"The controller of this cluster{where} does not answer at the moment."
            )
        return self.client

    async def socket(self) -> str:
        """Return the path of a unix socket that leads to the controller.

        Raises
        ------
        ControllerUnreachable
            As `require_client`.
        MachineFault
            If it cannot be made.
        """
        channel = self.require_client().channel
        if not isinstance(channel, TlsChannel):
            return self.record.socket
        if self._forwarder is None or self._forwarder.channel.endpoint != channel.endpoint:
            if self._forwarder is not None:
                await self._forwarder.close()
            self._forwarder = Forwarder(channel)
        return await self._forwarder.socket()
