"""What has to be looked after from time to time, whatever the jobs do."""

from __future__ import annotations

import asyncio
import logging
import time

from ..protocol.directory import ClusterDirectory
from ..system import clock
from ..system.beside_loop import in_thread
from ..system.files import is_plain
from .backend.base import JobCluster
from .hints.hint_watch import HintWatch
from .problems import gather
from .problems.idle import idle_since, is_over, unheld_since
from .publish.log_size import bound_log
from .publish.publisher import Publisher
from .publish.record import RecordWriter
from .reconcile.loop import Reconciler
from .state.jobs import JobTable
from .state.state import ClusterState
from .state.workers import connected, note_silence

logger = logging.getLogger(__name__)

TICK_S = 5.0
HEARTBEAT_S = 30.0
"""Shorter than others look before they take a controller for dead (`contact.heartbeat`), in seconds."""


class Housekeeper:
    """Every few seconds: drifting numbers, hints, idle time, requests on disk; less often: heartbeat, log.

    Parameters
    ----------
    on_disk : ClusterDirectory
        Requests are looked for there, and its log is kept short.
    hints : HintWatch
        Looks at the scheduler.
    """

    def __init__(
        self,
        state: ClusterState,
        job_table: JobTable,
        cluster: JobCluster,
        *,
        reconciler: Reconciler,
        publisher: Publisher,
        record: RecordWriter,
        on_disk: ClusterDirectory,
        hints: HintWatch,
    ) -> None:
        self._state = state
        self._job_table = job_table
        self._cluster = cluster
        self._reconciler = reconciler
        self._publisher = publisher
        self._record = record
        self._on_disk = on_disk
        self._hints = hints
        self._beat_at = time.monotonic()

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                if time.monotonic() - self._beat_at >= HEARTBEAT_S:
                    self._beat_at = time.monotonic()
                    await self._beat()
                self._tick()
            except Exception:
                # Whatever it was: without heartbeat others would take this process for dead.
                logger.exception("Not all was looked after")

    def _tick(self) -> None:
        state, scheduler = self._state, self._cluster.scheduler
        now = clock.now()
        workers = connected(scheduler)
        activity = gather.activity(self._job_table, workers, scheduler, scheduler.holders)
        if state.status == "running":
            state.idle_since = idle_since(activity, state.idle_since, now)
            if state.ends_unheld:
                state.unheld_since = unheld_since(activity, state.unheld_since, now)
        if note_silence(self._job_table, scheduler.silent_workers(), now):
            self._reconciler.workers_silent()
        gather.listen_to_silent_jobs(self._job_table, workers, now)
        if self._hints.look(scheduler, scheduler.longest_block_s(), state.scaling, now):
            self._state.changed.emit()
        self._publisher.drift()
        if is_over(state.idle_since, state.idle_timeout_s, now):
            self._reconciler.stop(f"Idle for {state.idle_timeout_s} s.")
        elif is_over(state.unheld_since, state.idle_timeout_s, now):
            self._reconciler.stop(f"Without a job, and held by no notebook, for {state.idle_timeout_s} s.")
        # Of its user alone: others who can write above could put there what they like.
        if is_plain(self._on_disk.stop_request):
            self._reconciler.stop(None)
        elif self._record.is_amiss:
            self._record.write(self._publisher.current)

    async def _beat(self) -> None:
        self._job_table.forget_old(clock.now())
        # Though nothing has changed: it tells others that this process lives.
        self._record.write(self._publisher.current)
        await in_thread(bound_log, self._on_disk)
