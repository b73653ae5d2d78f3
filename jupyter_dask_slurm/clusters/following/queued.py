"""Follows a controller whose own job has not started: why it waits, and that it never will.

As soon as the controller has written its record it is followed as any other, from wherever we are.
"""

from __future__ import annotations

import asyncio
import logging
import os

from ...protocol.errors import ClusterNotFound, DaskSlurmError
from ...protocol.models import CONTROLLER_FAILED, ErrorInfo, iso_time
from ...system.beside_loop import in_thread
from ...system.event_loop.backoff import Backoff
from ..contact.heartbeat import Heartbeat
from ..handle import ClusterHandle
from ..postmortem import last_words_of
from .own_job import OwnJob, Sent, as_it_is, in_doubt, not_waiting, read_sent, why_ended

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between looks at the record, in seconds."""
FIRST_ASK_S = 3.0
LONGEST_ASK_S = 30.0
LAUNCH_LIMIT_S = 90.0
"""For so long Slurm may have no job of a controller, from when it was about to be sent; in seconds."""
LAUNCH_SURE_S = 15.0
LATE_S = 600.0
"""For so long after that a request of sbatch may still become a job, which is cancelled; in seconds."""


class FollowsQueued:
    """Keeps the handle of one cluster true until the job of its controller runs, or never will."""

    def __init__(self, handle: ClusterHandle) -> None:
        self._handle = handle
        self._job = OwnJob(handle.record)
        self._launch = Heartbeat(handle.record.heartbeat_at, LAUNCH_LIMIT_S, LAUNCH_SURE_S)
        self._sent = Sent()
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
                self._handle.asked()
                ask_at = loop.time() + asking.next_s()
            await self._handle.pause(LOOK_S)
        return await self._cancel_late() if self._handle.cluster.status == "failed" else False

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
        # Before Slurm is asked: of a job that it takes meanwhile its answer says nothing.
        sent = await in_thread(read_sent, handle.record)
        try:
            row = await self._job.look()
            if row is None:
                self._look_at_submission(sent)
                await self._judge()
                return
        except DaskSlurmError as error:
            log.info("Nothing is known of the controller's job of %s: %s", handle.id, error)
            return
        self._seen = True
        handle.update(as_it_is(handle.cluster, row))

    def _look_at_submission(self, sent: Sent) -> None:
        """Count from when it was about to be sent, not from the cluster's start; say what sbatch said."""
        before, self._sent = self._sent, sent
        if self._sent.written_at is not None and self._sent.written_at != before.written_at:
            self._launch.changed(self._sent.written_at)
        if self._sent.job_id is not None and not self._seen:
            # Another process may have seen it; what Slurm had and has no more has ended.
            self._seen, self._job.job_id = True, self._sent.job_id
        if not self._seen:
            self._handle.update(in_doubt(self._handle.cluster, self._sent.words))

    async def _judge(self) -> None:
        """Say that it will never run, where that is certain: it is gone and has left no record."""
        handle = self._handle
        if handle.stop_wanted.is_set() or (not self._seen and self._launch.left_s() > 0):
            return
        end = await self._job.end()
        if end is None and self._job.job_id is not None:
            return  # Slurm has it
        # It may have begun since it was last looked for, and ended after it had written.
        if await self._has_begun() or handle.removed:
            return
        words = await in_thread(last_words_of, handle.record)
        how = why_ended(end, self._job.job_id)
        if not self._seen and self._sent.words is not None:
            how, words = "Slurm has not taken its controller's job", words or self._sent.words
        error = ErrorInfo(f"The controller could not start: {how}.", CONTROLLER_FAILED, words)
        last = {"status": "failed", "error": error, "updated_at": iso_time()}
        await handle.ended_without_a_word(not_waiting(handle.cluster), last)

    async def _cancel_late(self) -> bool:
        """Cancel what still becomes of a submission that has failed; returns as `run`.

        Nobody waits for that job any more. One that begins all the same is shown as what it is.
        """
        handle, looking = self._handle, Backoff(LONGEST_ASK_S, 4 * LONGEST_ASK_S)
        loop = asyncio.get_running_loop()
        until = loop.time() + LATE_S
        while loop.time() < until and not handle.removed:
            await handle.pause(looking.next_s())
            await self._has_begun()
            if handle.record.pid is None:
                await self._job.cancel()
                await self._has_begun()
            if handle.record.pid is not None:
                handle.begun()
                return True
        return False
