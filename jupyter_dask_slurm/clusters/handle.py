"""One cluster as this Jupyter server sees it: follows its controller, and finds out how it ended.

A handle holds the last known state of one cluster and a task that keeps it true. The controller is the
source while it answers; its record on disk is what is left of it afterwards.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os
from collections.abc import Callable

from ..protocol.errors import (
    ClusterNotFound,
    ControllerUnreachable,
    DaskSlurmError,
    FileDamaged,
    NoAnswer,
    StorageUnavailable,
)
from ..protocol.models import OVER, Cluster, ControllerInfo, Record, iso_time
from ..protocol.models.problem import CONTROLLER_SILENT
from ..registry import NO_RECORD, Registry, as_seen_from_afar, booted_since, is_here
from ..system.beside_loop import in_thread
from ..system.event_loop.background import Background
from ..system.event_loop.backoff import Backoff
from ..system.processes import is_alive, runs
from .contact.client import ControllerClient
from .contact.heartbeat import HEARTBEAT_LIMIT_S, Heartbeat
from .postmortem import as_ended, as_silent, postmortem

log = logging.getLogger(__name__)

# Between attempts to reach a socket that another process makes: there is no event to wait for.
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0
# From the record of a new cluster to the start of its process: the one before it may have to end first.
# A launch that is not under way after so long will never be: its Jupyter server was killed in between.
LAUNCH_LIMIT_S = 40.0
# Where it shall be stopped anyway, so long is enough for one that is just being started.
STOPPED_LAUNCH_LIMIT_S = 5.0
# Who has just begun to look, as the command line has, looks for so long at least.
LAUNCH_SURE_S = 2.0
FAR_INTERVAL_S = 5.0


class ClusterHandle:
    """Follows one cluster.

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
    """

    def __init__(self, record: Record, registry: Registry, changed: Callable[[ClusterHandle], None]) -> None:
        self.record = record
        self.here = is_here(record)
        self.cluster = record.cluster if self.here else as_seen_from_afar(record)
        if self.over:
            self.cluster = as_ended(self.cluster)
        self.client: ControllerClient | None = None
        self.exit_code: int | None = None
        self.stop_wanted = asyncio.Event()
        self.gone = asyncio.Event()
        self.removed = False
        self.hidden = False
        self.heartbeat = Heartbeat(record.heartbeat_at)
        self._launch = Heartbeat(record.heartbeat_at, LAUNCH_LIMIT_S, LAUNCH_SURE_S)
        self._stopped_launch = Heartbeat(record.heartbeat_at, STOPPED_LAUNCH_LIMIT_S, LAUNCH_SURE_S)
        self._registry = registry
        self._changed = changed
        self._hurry = asyncio.Event()
        # The controller answers, or never will again. Neither a record tells that, nor what is new in an
        # answer: the first one may equal the record.
        self._settled = asyncio.Event()
        if self.over:
            self._settled.set()
        self._following = Background()

    @property
    def id(self) -> str:
        """The cluster's id."""
        return self.cluster.id

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

    def follow(self) -> None:
        """Begin to follow; returns at once."""
        if not (self._following.begun or self.over):
            self._following.begin(self._follow() if self.here else self._follow_record())

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

    def _answered(self, cluster: Cluster) -> None:
        """Take over what the controller itself says, which may be just what its record said already."""
        self._settled.set()
        self.update(dataclasses.replace(cluster, controller=_reachable(cluster, True)))

    def show_again(self) -> None:
        """Take back that the cluster leaves the list."""
        self.hidden = False
        self._changed(self)

    async def stop(self) -> None:
        """Ask the controller to stop; where it cannot be reached yet, as soon as it can."""
        self.stop_wanted.set()
        self.update(dataclasses.replace(self.cluster, status="stopping"))
        if self.client is not None and self.cluster.controller.reachable:
            try:
                await self.client.stop()
            except (ControllerUnreachable, NoAnswer) as error:
                log.info("The stop of %s is sent again when it can be reached: %s", self.id, error.details)

    async def wait_until_reachable(self, seconds: float) -> bool:
        """Wait for a controller that is starting; False if it does not answer in time or has ended."""
        try:
            await asyncio.wait_for(self._settled.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return not self.over and not self.removed

    async def _follow(self) -> None:
        self.client = ControllerClient(self.record.socket, self.record.nonce)
        pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, factor=1.5)
        ended = False
        while not ended:
            try:
                async for cluster in self.client.events():
                    pauses.reset()
                    if cluster.status in OVER:
                        # It still writes into its directory; it is over once the process has ended.
                        continue
                    self._answered(cluster)
                    await self._stop_if_wanted()
            except DaskSlurmError as error:
                log.debug("No events of %s: %s (%s)", self.id, error.message, error.details)
            self._settled.clear()
            ended = self._has_ended()
            if not ended and await self._pause(pauses.next_s()):
                pauses.reset()

    async def _stop_if_wanted(self) -> None:
        """Send the stop that was asked for before the controller could be reached."""
        if self.stop_wanted.is_set() and self.client is not None:
            await self.client.stop()

    async def _pause(self, seconds: float) -> bool:
        """Wait; True if something has happened that ends the pause."""
        try:
            await asyncio.wait_for(self._hurry.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        self._hurry.clear()
        return True

    def _has_ended(self) -> bool:
        """Find out whether the controller is gone, and how it went."""
        lived = self._process_lives()
        try:
            self.record = self._registry.read(self.id)
        except ClusterNotFound:
            self.removed = not lived
            if self.removed:
                self._settled.set()
                self._changed(self)
            return self.removed
        except FileDamaged as error:
            log.debug("%s", error)
            return not lived and self._ended_without_record()
        except StorageUnavailable as error:
            log.warning("%s", error)
            return False
        cluster = self.record.cluster
        if self._process_lives():
            if cluster.status not in OVER and self.record.pid is not None:
                self.update(dataclasses.replace(self.cluster, controller=_reachable(self.cluster, False)))
            return False
        if cluster.status in OVER:
            self.update(as_ended(cluster))
        else:
            self._lost(cluster)
        return True

    def _ended_without_record(self) -> bool:
        """Say of a controller that is gone what is known here, where its record cannot be read.

        One that lives writes it anew within seconds.
        """
        if runs(self.record.on_disk.controller_archive):
            return False
        # The record that is known here may be from before the controller ran.
        pid = self.record.pid or self.cluster.controller.pid
        self.record = dataclasses.replace(self.record, pid=pid)
        self._lost(self.cluster)
        return True

    def _process_lives(self) -> bool:
        record = self.record
        if booted_since(record):
            return False
        if record.pid is not None:
            return is_alive(record.pid, record.start_time)
        if self.exit_code is not None:
            return False
        launch = self._stopped_launch if self.stop_wanted.is_set() else self._launch
        return launch.left_s() > 0 or runs(record.on_disk.controller_archive)

    def _lost(self, cluster: Cluster) -> None:
        """Say, here and on disk, that the controller went without a word."""
        self.update(as_ended(dataclasses.replace(cluster, **postmortem(self.record, self.exit_code))))
        try:
            self._registry.write(
                dataclasses.replace(self.record, cluster=self.cluster, heartbeat_at=iso_time())
            )
        except StorageUnavailable as error:
            log.warning("%s", error)

    async def _follow_record(self) -> None:
        """Follow a cluster of another host by its record, which its controller writes at least each 60 s."""
        stamp = await in_thread(self._registry.record_stamp, self.id)
        while not self.removed:
            await self._pause(FAR_INTERVAL_S)
            newer = await in_thread(self._registry.record_stamp, self.id)
            if newer != stamp:
                stamp = newer if await self._read_anew() else stamp
            elif newer != NO_RECORD:
                self.heartbeat.looked()
            self._judge_silence()

    async def _read_anew(self) -> bool:
        """Take over what a record of another host says now; False if it is to be read again."""
        try:
            self.record = await in_thread(self._registry.read, self.id)
        except ClusterNotFound:
            # A record that was set aside is written anew, if there is anybody to do so.
            self.removed = not await in_thread(os.path.lexists, self.record.directory)
            if self.removed:
                self._changed(self)
            return True
        except StorageUnavailable as error:
            log.info("The record of %s is read again: %s", self.id, error)
            return False
        self.heartbeat.changed(self.record.heartbeat_at)
        self.update(as_seen_from_afar(self.record))
        return True

    def _judge_silence(self) -> None:
        """Say it where the controller of another host writes no more; what it writes takes that back."""
        known = any(problem.code == CONTROLLER_SILENT.code for problem in self.cluster.problems)
        if self.heartbeat.silent and not (known or self.over or self.removed):
            self.update(as_silent(self.cluster, self.record, HEARTBEAT_LIMIT_S))

    def require_client(self) -> ControllerClient:
        """Return the client of the controller.

        Raises
        ------
        ControllerUnreachable
            If the controller runs on another host, or does not answer yet or any more.
        """
        if not self.here:
            raise ControllerUnreachable(
                f"The controller of this cluster runs on {self.record.hostname}; "
                "from here it can only be stopped."
            )
        if self.client is None or not self.cluster.controller.reachable:
            raise ControllerUnreachable("The controller of this cluster does not answer at the moment.")
        return self.client


def _reachable(cluster: Cluster, reachable: bool) -> ControllerInfo:
    return dataclasses.replace(cluster.controller, reachable=reachable)
