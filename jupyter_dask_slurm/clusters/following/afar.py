"""Follows a controller on another host: by its events over mutual TLS, and by its record.

The record says where it listens, and that it lives. While the events come they are what is true; a record
is up to 30 s older.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl

from ...protocol.errors import ClusterNotFound, ControllerUnreachable, DaskSlurmError, StorageUnavailable
from ...protocol.models import OVER
from ...protocol.models.problem import CONTROLLER_SILENT
from ...registry import NO_RECORD, as_seen_from_afar
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ...system.event_loop.backoff import Backoff
from ..contact.channel import TlsChannel, tls_channel
from ..contact.client import ControllerClient
from ..contact.heartbeat import HEARTBEAT_LIMIT_S
from ..handle import ClusterHandle
from ..postmortem import as_silent, postmortem
from .own_job import OwnJob, why_ended

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
FIRST_ASK_S = 5.0
LONGEST_ASK_S = 60.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
SURELY_GONE_S = 75.0
"""More than two heartbeats: who writes none of them, and listens no longer where it did, is gone."""


class FollowsFromAfar:
    """Follows one cluster."""

    def __init__(self, handle: ClusterHandle) -> None:
        self._handle = handle
        self._news_of_record = asyncio.Event()
        self._job = OwnJob(handle.record) if handle.record.cluster.controller.placement == "job" else None
        self._ask_again = Backoff(FIRST_ASK_S, LONGEST_ASK_S)
        self._ask_at = 0.0
        self._has_answered = False
        self._nobody_listens = False

    async def run(self) -> None:
        """Follow until nothing is left of the cluster, or its record says that it has ended."""
        asking = Background()
        asking.begin(self._follow_events())
        try:
            await self._follow_record()
        finally:
            await asking.end()

    # -- its events ----------------------------------------------------------------------------

    async def _follow_events(self) -> None:
        pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        while not self._handle.over:
            channel = await self._channel()
            if channel is not None:
                if await self._follow(channel):
                    pauses.reset()
                self._handle.hurry()
            await self._wait_for_record(None if channel is None else pauses.next_s())

    async def _channel(self) -> TlsChannel | None:
        try:
            return await in_thread(tls_channel, self._handle.record)
        except ControllerUnreachable as error:
            log.info("%s: %s", self._handle.id, error.details)
            return None

    async def _follow(self, channel: TlsChannel) -> bool:
        """Take events over while there are any; returns whether there was one."""
        handle = self._handle
        client = ControllerClient(channel, handle.record.nonce)
        answered = False
        try:
            async for cluster in client.events():
                answered = self._has_answered = True
                self._nobody_listens = False
                if cluster.status not in OVER:
                    handle.client = client
                    await handle.answered(cluster)
        except DaskSlurmError as error:
            self._nobody_listens = _says_that_nobody_listens(error)
            log.debug("No events of %s: %s (%s)", handle.id, error.message, error.details)
        finally:
            handle.client = None
            await client.close()
        if answered:
            handle.unsettle()
            handle.update(as_seen_from_afar(handle.record))
        return answered

    async def _wait_for_record(self, seconds: float | None) -> None:
        """Wait until the record says something else, at most so long."""
        try:
            await asyncio.wait_for(self._news_of_record.wait(), seconds)
        except asyncio.TimeoutError:
            return
        self._news_of_record.clear()

    # -- its record ----------------------------------------------------------------------------

    async def _follow_record(self) -> None:
        handle = self._handle
        stamp = await in_thread(handle.record_stamp)
        while not handle.removed:
            await handle.pause(INTERVAL_S)
            newer = await in_thread(handle.record_stamp)
            if newer != stamp:
                stamp = newer if await self._read_anew() else stamp
            elif newer != NO_RECORD:
                handle.heartbeat.looked()
            self._judge_silence()
            await self._judge_job()

    async def _read_anew(self) -> bool:
        """Take over what a record of another host says now; False if it is to be read again."""
        handle = self._handle
        endpoint = handle.record.endpoint
        try:
            await in_thread(handle.read_anew)
        except ClusterNotFound:
            # A record that was set aside is written anew, if there is anybody to do so.
            if not await in_thread(os.path.lexists, handle.record.directory):
                handle.vanished()
            return True
        except StorageUnavailable as error:
            log.info("The record of %s is read again: %s", handle.id, error)
            return False
        handle.heartbeat.changed(handle.record.heartbeat_at)
        if handle.record.endpoint != endpoint:
            self._news_of_record.set()
        if not handle.is_answering or handle.record.cluster.status in OVER:
            handle.update(as_seen_from_afar(handle.record))
        return True

    def _judge_silence(self) -> None:
        """Say it where the controller writes no more; what it writes takes that back.

        It is lost where nobody listens any more on its host, which answers. Silence alone is no end: it may
        be cut off, from here or from the disk.
        """
        handle = self._handle
        if handle.over or handle.removed or handle.is_answering:
            return
        if self._nobody_listens and self._is_overdue():
            handle.ended_without_a_word(handle.cluster, postmortem(handle.record, None))
            return
        known = any(problem.code == CONTROLLER_SILENT.code for problem in handle.cluster.problems)
        if handle.heartbeat.silent and not known:
            handle.update(as_silent(handle.cluster, handle.record, HEARTBEAT_LIMIT_S))

    async def _judge_job(self) -> None:
        """Say that it is lost where the controller's own job has ended, and it has said nothing of it."""
        handle, now = self._handle, asyncio.get_running_loop().time()
        if self._job is None or self._is_over() or handle.is_answering:
            self._ask_again.reset()
            return
        if now < self._ask_at:
            return
        self._ask_at = now + self._ask_again.next_s()
        try:
            if await self._job.look() is not None:
                return
            end = await self._job.end()
        except DaskSlurmError as error:
            log.info("Nothing is known of the controller's job of %s: %s", handle.id, error)
            return
        # Its last word may have come meanwhile.
        if await self._read_anew() and not self._is_over():
            last = postmortem(handle.record, None, why_ended(end, self._job.job_id))
            handle.ended_without_a_word(handle.cluster, last)

    def _is_over(self) -> bool:
        return self._handle.over or self._handle.removed

    def _is_overdue(self) -> bool:
        """Return whether a living controller would have written its record by now.

        Where it has never answered here, what refuses may be a wall between the hosts.
        """
        heartbeat = self._handle.heartbeat
        return heartbeat.silent or (self._has_answered and heartbeat.quiet_s >= SURELY_GONE_S)


def _says_that_nobody_listens(error: DaskSlurmError) -> bool:
    """Return whether the host has answered that the port is not the controller's: closed, or another's."""
    cause = error.__cause__
    why = getattr(cause, "certificate_error", getattr(cause, "os_error", cause))
    return isinstance(why, (ConnectionRefusedError, ssl.SSLCertVerificationError))
