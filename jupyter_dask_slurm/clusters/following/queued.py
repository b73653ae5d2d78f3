"""Follows a controller whose own job has not started: why it waits, and that it never will.

As soon as the controller has written its record it is followed as any other, from wherever we are.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import os

from ...protocol.errors import ClusterNotFound, DaskSlurmError
from ...protocol.models import CONTROLLER_FAILED, ErrorInfo, iso_time
from ...system.beside_loop import in_thread
from ...system.event_loop.backoff import Backoff
from ..contact.heartbeat import Heartbeat
from ..handle import ClusterHandle
from ..postmortem import last_words_of
from .own_job import OwnJob, waiting_of, why_ended

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between looks at the record, in seconds."""
FIRST_ASK_S = 3.0
LONGEST_ASK_S = 30.0
LAUNCH_LIMIT_S = 90.0
"""For so long Slurm may have no job of a controller of which nobody has said that it was sent, in seconds."""
LAUNCH_SURE_S = 15.0


class FollowsQueued:
    """Follows one cluster until its controller runs, or never will."""

    def __init__(self, handle: ClusterHandle) -> None:
        self._handle = handle
        self._job = OwnJob(handle.record)
        self._launch = Heartbeat(handle.record.heartbeat_at, LAUNCH_LIMIT_S, LAUNCH_SURE_S)
        self._seen = False

    async def run(self) -> bool:
        """Follow; returns whether there is a controller now."""
        asking = Backoff(FIRST_ASK_S, LONGEST_ASK_S, factor=1.5)
        ask_at = 0.0
        loop = asyncio.get_running_loop()
        while not (self._handle.over or self._handle.removed):
            if await self._has_begun():
                self._handle.begun()
                return True
            if loop.time() >= ask_at:
                await self._ask()
                ask_at = loop.time() + asking.next_s()
            await self._handle.pause(LOOK_S)
        return False

    async def _has_begun(self) -> bool:
        """Read the record, and return whether the controller has written it."""
        handle = self._handle
        try:
            await in_thread(handle.read_anew)
        except ClusterNotFound:
            # A record that was set aside is written anew by the controller when it begins.
            if not await in_thread(os.path.lexists, handle.record.directory):
                handle.vanished()
            return False
        except (DaskSlurmError, OSError) as error:
            log.info("The record of %s is read again: %s", handle.id, error)
            return False
        return handle.record.pid is not None or handle.record.cluster.status != "starting"

    async def _ask(self) -> None:
        """See what Slurm has of the job."""
        handle = self._handle
        try:
            row = await self._job.look()
            if row is None:
                await self._judge()
                return
        except DaskSlurmError as error:
            log.info("Nothing is known of the controller's job of %s: %s", handle.id, error)
            return
        self._seen = True
        info = dataclasses.replace(handle.cluster.controller, job_id=row.job_id)
        handle.update(dataclasses.replace(handle.cluster, controller=info, waiting=waiting_of(row)))

    async def _judge(self) -> None:
        """Say that it will never run, where that is certain: it is gone and has left no record."""
        handle = self._handle
        if handle.stop_wanted.is_set() or (not self._seen and self._launch.left_s() > 0):
            return
        end = await self._job.end()
        # It may have begun since it was last looked for, and ended after it had written.
        if await self._has_begun() or handle.removed:
            return
        words = await in_thread(last_words_of, handle.record)
        why = f"The controller could not start: {why_ended(end, self._job.job_id)}."
        error = ErrorInfo(why, CONTROLLER_FAILED, words)
        handle.ended_without_a_word(
            handle.cluster, {"status": "failed", "error": error, "updated_at": iso_time()}
        )
