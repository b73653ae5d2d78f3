"""Follows a controller on another host: by its events over mutual TLS, and by its record.

The record says where it listens, and that it lives. While the events come they are what is true; a record
is up to 30 s older.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl

from ...protocol.errors import ClusterNotFound, DaskSlurmError, StorageUnavailable
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
    """Keeps the handle of one cluster true whose controller runs on another host."""

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
        while not self._handle.removed:
            if self._handle.over or self._handle.record.endpoint is None:
                await self._wait_for_record(None)
                continue
            try:
                channel = await in_thread(tls_channel, self._handle.record)
                if channel is not None and await self._follow(channel):
                    pauses.reset()
            except Exception:
                # Whatever it was: nobody else would ask.
                log.exception("The controller of %s is asked again", self._handle.id)
            self._handle.hurry()
            await self._wait_for_record(pauses.next_s())

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
        stamp = NO_RECORD
        while not handle.removed:
            try:
                stamp = await self._look_at_record(stamp)
            except Exception:
                # Whatever it was: nobody else would look.
                log.exception("The record of %s is looked at again", handle.id)
            await handle.pause(INTERVAL_S)

    async def _look_at_record(self, stamp: tuple[int, int]) -> tuple[int, int]:
        """Take over what is new since `stamp`, and judge what is not; returns the stamp of what is known."""
        newer = await in_thread(self._handle.record_stamp)
        if newer != stamp:
            stamp = newer if await self._read_anew() else stamp
        elif newer != NO_RECORD:
            self._handle.heartbeat.looked()
        await self._judge_silence()
        await self._judge_job()
        return stamp

    async def _read_anew(self) -> bool:
        """Take over what a record of another host says now; False if it is to be read again."""
        handle = self._handle
        before = (handle.record.endpoint, handle.over)
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
        # While it answers nothing else is true: another host may have taken it for dead.
        if not handle.is_answering:
            handle.update(as_seen_from_afar(handle.record))
        if (handle.record.endpoint, handle.over) != before:
            self._news_of_record.set()
        return True

    async def _judge_silence(self) -> None:
        """Say it where the controller writes no more; what it writes takes that back.

        It is lost where nobody listens any more on its host, which answers. Silence alone is no end: it may
        be cut off, from here or from the disk. (Where its user has stopped it, `Endings` waits no longer than
        for its heartbeat.)
        """
        handle = self._handle
        if self._is_over() or handle.is_answering:
            return
        # Of a job of its own, Slurm knows better.
        if self._job is None and self._nobody_listens and self._is_overdue():
            await self._lost()
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
        await self._lost(why_ended(end, self._job.job_id))

    async def _lost(self, known: str | None = None) -> None:
        """Say that it ended without a word, unless one has come meanwhile."""
        handle = self._handle
        heard_at = handle.record.heartbeat_at
        last = await in_thread(postmortem, handle.record, None, known)
        is_read = await self._read_anew()
        if (
            is_read
            and handle.record.heartbeat_at == heard_at
            and not (self._is_over() or handle.is_answering)
        ):
            await handle.ended_without_a_word(handle.cluster, last)

    def _is_over(self) -> bool:
        return self._handle.over or self._handle.removed

    def _is_overdue(self) -> bool:
        """Return whether a living controller would have written its record by now.

        Where it has never answered here, what refuses may be a wall between the hosts.
        """
        return self._has_answered and self._handle.heartbeat.quiet_s >= SURELY_GONE_S


def _says_that_nobody_listens(error: DaskSlurmError) -> bool:
    """Return whether the host has answered that the port is not the controller's: closed, or another's."""
    cause = error.__cause__
    why = getattr(cause, "certificate_error", getattr(cause, "os_error", cause))
    return isinstance(why, (ConnectionRefusedError, ssl.SSLCertVerificationError))
