"""Follows a controller on this host: by its events while it answers, by its process and record afterwards."""

from __future__ import annotations

import dataclasses
import logging

from ...protocol.errors import ClusterNotFound, DaskSlurmError, FileDamaged, StorageUnavailable
from ...protocol.models import OVER, Cluster
from ...registry import booted_since
from ...system.event_loop.backoff import Backoff
from ...system.processes import is_alive, runs
from ..contact.channel import SocketChannel
from ..contact.client import ControllerClient
from ..contact.heartbeat import Heartbeat
from ..handle import ClusterHandle
from ..postmortem import as_ended, postmortem

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


class FollowsHere:
    """Keeps the handle of one cluster true whose controller runs on this host."""

    def __init__(self, handle: ClusterHandle) -> None:
        self._handle = handle
        written_at = handle.record.heartbeat_at
        self._launch = Heartbeat(written_at, LAUNCH_LIMIT_S, LAUNCH_SURE_S)
        self._stopped_launch = Heartbeat(written_at, STOPPED_LAUNCH_LIMIT_S, LAUNCH_SURE_S)

    async def run(self) -> None:
        """Follow until the controller is gone, and it is known how it went."""
        handle = self._handle
        handle.client = ControllerClient(SocketChannel(handle.record.socket), handle.record.nonce)
        pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S, factor=1.5)
        ended = False
        while not ended:
            try:
                async for cluster in handle.client.events():
                    pauses.reset()
                    # One that is over still writes into its directory: it is so once the process has ended.
                    if cluster.status not in OVER:
                        await handle.answered(cluster)
            except DaskSlurmError as error:
                log.debug("No events of %s: %s (%s)", handle.id, error.message, error.details)
            handle.unsettle()
            ended = await self._has_ended()
            if not ended and await handle.pause(pauses.next_s()):
                pauses.reset()

    async def _has_ended(self) -> bool:
        """Find out whether the controller is gone, and how it went."""
        handle = self._handle
        lived = self._process_lives()
        try:
            handle.read_anew()
        except ClusterNotFound:
            if not lived:
                handle.vanished()
            return not lived
        except FileDamaged as error:
            log.debug("%s", error)
            return not lived and await self._ended_without_record()
        except StorageUnavailable as error:
            log.warning("%s", error)
            return False
        cluster = handle.record.cluster
        if self._process_lives():
            if cluster.status not in OVER and handle.record.pid is not None:
                handle.silent()
            return False
        if cluster.status in OVER:
            handle.update(as_ended(cluster))
        else:
            await self._lost(cluster)
        return True

    async def _ended_without_record(self) -> bool:
        """Say of a controller that is gone what is known here, where its record cannot be read.

        One that lives writes it anew within seconds.
        """
        handle = self._handle
        if runs(handle.record.on_disk.controller_archive):
            return False
        # The record that is known here may be from before the controller ran.
        pid = handle.record.pid or handle.cluster.controller.pid
        handle.record = dataclasses.replace(handle.record, pid=pid)
        await self._lost(handle.cluster)
        return True

    def _process_lives(self) -> bool:
        record = self._handle.record
        if booted_since(record):
            return False
        if record.pid is not None:
            return is_alive(record.pid, record.start_time)
        if self._handle.exit_code is not None:
            return False
        launch = self._stopped_launch if self._handle.stop_wanted.is_set() else self._launch
        return launch.left_s() > 0 or runs(record.on_disk.controller_archive)

    async def _lost(self, cluster: Cluster) -> None:
        handle = self._handle
        await handle.ended_without_a_word(cluster, postmortem(handle.record, handle.exit_code))
