"""The controller of one cluster: its parts put together, their start and their end.

It holds the parts together and decides nothing itself: `Commands` takes in what users ask for, `Planner` says
how many jobs there shall be, `Reconciler` makes it so.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from ..protocol.ceiling import check_ceiling
from ..protocol.errors import JobNotFound
from ..protocol.models import CONFIGURATION, Cluster, Ended, Job, LaunchSpec, iso_time
from ..protocol.paging import Page
from ..protocol.scaling import most_jobs, resolve_scaling
from ..slurm.address.variables import take_over
from ..system import clock
from ..system.event_loop.background import Background
from ..system.event_loop.slices import in_slices
from .backend.events import BackendEvents
from .backend.make import Backend
from .backend.scheduler import ControllerScheduler, dashboard_problem
from .commands import Commands, Done
from .hints.asked_for import asked_for
from .hints.closing import closing_line
from .hints.hint_watch import HintWatch
from .housekeeping import Housekeeper
from .leaving import Leaving
from .problems import gather
from .problems.client_acts import ClientWatch
from .problems.find import find_problems
from .problems.job_ends import NannyWatch, note_nanny_kill
from .problems.parent_watch import ParentWatch
from .problems.versions import VersionWatch
from .publish.publisher import Publisher
from .publish.record import RecordWriter
from .publish.snapshot import cluster_model, job_model
from .reconcile.loop import Reconciler
from .reconcile.planner import Planner, plan_of
from .state.history import History
from .state.jobs import TrackedJob
from .state.phases import phase_of
from .state.state import ClusterState
from .state.workers import Workers, WorkerWatch, connected, suspended_workers

QUIET_S = 15.0
"""Seconds after which a silent event stream sends an empty line."""


class Controller:
    """One cluster.

    Parameters
    ----------
    spec : LaunchSpec
        What was asked for.
    backend : Backend
        Where its jobs run.
    """

    def __init__(self, spec: LaunchSpec, backend: Backend) -> None:
        self.spec = spec
        self._backend = backend
        scaling = resolve_scaling(spec.scaling, backend.size)
        check_ceiling(spec.ceiling, most_jobs(scaling), backend.size.cpus)
        self.state = ClusterState(spec.name, scaling, plan_of(scaling, 0), spec.idle_timeout_s)
        self.state.keep_jobs = backend.options["keep_jobs"] is not False
        self.state.dashboard_error = dashboard_problem()
        self.history = History(spec.on_disk.history)
        self._hints = HintWatch(asked_for(spec.backend, backend.options, backend.size, os.environ))
        self._job_table = backend.job_table
        self._cluster = backend.cluster
        self.record = RecordWriter(spec, self._disk_said)
        self.publisher = Publisher(self._snapshot, self.record.write)
        self.leaving = Leaving(self.state, self.publisher)
        self._reconciler = Reconciler(
            self.state,
            backend.job_table,
            backend.cluster,
            backend.watch,
            history=self.history,
            on_change=self.publisher.touch,
            on_spent=self.stop,
        )
        self._planner = Planner(
            self.state, backend.job_table, backend.cluster, self.history, self._plan_changed
        )
        self.commands = Commands(
            self.state,
            backend.job_table,
            self._planner,
            self.history,
            size=backend.size,
            ceiling=spec.ceiling,
            current=lambda: self.cluster,
            on_change=self._try_again,
            on_act=self._plan_changed,
        )
        self.done = Done()
        self._listen(backend.events)

    def _listen(self, events: BackendEvents) -> None:
        events.job_ended = self._reconciler.job_ended
        events.slurm_silent = self._reconciler.dispatch.fell_silent
        events.in_doubt = self._reconciler.dispatch.in_doubt
        events.slurm_said = self._reconciler.dispatch.heard

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the scheduler; returns when clients can connect."""
        self.history.begin(self.spec)
        for note in self._backend.notes:
            self.history.add(CONFIGURATION, note)
        await self._cluster
        scheduler = self._cluster.scheduler
        scheduler.standing_still = lambda: suspended_workers(self._job_table, connected(scheduler))
        scheduler.add_plugin(WorkerWatch(self._reconciler.workers_changed))
        scheduler.add_plugin(NannyWatch(scheduler.workers, self._killed_for_memory))
        scheduler.add_plugin(ClientWatch(self.state, self._job_table, self._client_acted))
        scheduler.add_plugin(VersionWatch(self.state.mismatches, self.publisher.touch))
        await self.record.leave_scheduler(scheduler.identity())
        self.state.status = "running"
        self.history.add("started", f"The scheduler listens on {scheduler.address}.")
        self.publisher.touch()

    async def run(self) -> None:
        """Keep the cluster until it was stopped and Slurm has none of its jobs."""
        background = Background()
        for work in self._background():
            background.begin(work)
        try:
            await self.leaving.unless_left(self._reconciler.run())
        finally:
            background.cancel()
        if self.leaving.decided:
            await self._leave_jobs()
            return
        await self._cluster.end()
        jobs, _ = await self.jobs(Page())
        await self.record.leave_jobs(jobs)
        self.state.status = "stopped"
        self.history.add("stopped", self.state.ended.reason if self.state.ended else "Stopped by its user.")
        if used := closing_line(self.publisher.current):
            self.history.add("used", used)
        self.publisher.close()
        await self.record.flush()

    async def _leave_jobs(self) -> None:
        """Write down what is left in Slurm; what clears up after controllers that died has it cancelled."""
        job_ids = [job.job_id for job in self._job_table.live() if job.job_id is not None]
        self.state.status, self.state.error = "lost", self.leaving.words(job_ids)
        self.history.add("left", self.state.error.message)
        self.publisher.close()
        await self.record.flush()

    def _background(self) -> list[Coroutine[Any, Any, None]]:
        housekeeper = Housekeeper(
            self.state,
            self._job_table,
            self._cluster,
            self.publisher,
            self.record,
            on_disk=self.spec.on_disk,
            hints=self._hints,
            stop=self.stop,
            on_silence=self._reconciler.workers_silent,
        )
        parent = ParentWatch(self.state, self._job_table.slurm_time, self.publisher.touch)
        return [housekeeper.run(), self._planner.run(), self._scheduler_closed(), parent.run()]

    async def _scheduler_closed(self) -> None:
        await self._cluster.scheduler.finished()
        self.stop("The scheduler was shut down by a client (Client.shutdown()).")

    def stop(self, reason: str | None = None) -> None:
        """Begin to end the cluster; `reason` is None where its user asked for it."""
        if self.state.status == "stopping":
            return
        self.state.status = "stopping"
        self.state.plan = 0
        # It ends now: there is nothing to warn of any more.
        self.state.idle_since = None
        if reason is not None:
            self.state.ended = Ended(iso_time(), reason)
        self.history.add("stopping", reason or "Its user stops the cluster.")
        for job in self._job_table.live():
            job.cancelling = True
        self.publisher.touch()
        self._reconciler.try_now()

    # -- what users ask ------------------------------------------------------------------------

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        return self.publisher.current

    def follow(self) -> AsyncIterator[Cluster | None]:
        """Yield the cluster at each change, None when nothing changed for `QUIET_S`."""
        return self.publisher.follow(QUIET_S)

    async def jobs(self, page: Page) -> tuple[list[Job], int]:
        """Return jobs that have an id, ended ones of the last hour too, and how many are in the phase."""
        workers = connected(self._cluster.scheduler)
        known = [job for job in self._job_table if job.job_id is not None]
        asked, total = page.of(known, lambda job: phase_of(job, workers))
        return [self._job(job, workers) async for job in in_slices(asked)], total

    def job(self, job_id: str) -> Job:
        """Return one job; raises `JobNotFound`."""
        job = self._job_table.by_id(job_id)
        if job is None:
            raise JobNotFound(f"This cluster has no job {job_id}.")
        return self._job(job, connected(self._cluster.scheduler))

    # -- what `main` asks ------------------------------------------------------------------------

    @property
    def scheduler(self) -> ControllerScheduler:
        """Dask's scheduler, once the controller has started."""
        return self._cluster.scheduler

    def take_token(self, token: str) -> None:
        """Use a fresher token for Slurm, and see at once what it lets us do."""
        if take_over(token):
            self._try_again()

    # -- inside --------------------------------------------------------------------------------

    def _try_again(self) -> None:
        self._reconciler.try_now()
        self.publisher.touch()

    def _plan_changed(self) -> None:
        self._reconciler.wake()
        self.publisher.touch()

    def _client_acted(self, event: str, job_ids: Sequence[str], sentence: str) -> None:
        if job_ids:
            self.history.add_of_jobs(event, job_ids, sentence)
        else:
            self.history.add(event, sentence)
        self.publisher.touch()

    def _killed_for_memory(self, worker: Any, rss: int) -> None:
        job = note_nanny_kill(self.state, self._job_table, worker, rss, clock.now())
        if job is not None:
            self.history.add("killed", f"Job {job.job_id}: a worker was ended for memory.")
            self.publisher.touch()

    def _disk_said(self, error: str | None) -> None:
        if error != self.state.storage_error:
            self.state.storage_error = error
            self.publisher.touch()

    def _job(self, job: TrackedJob, workers: Workers) -> Job:
        return job_model(job, workers, gather.reason_text(job))

    def _snapshot(self) -> Cluster:
        now = clock.now()
        scheduler = self._cluster.scheduler if self.state.status != "starting" else None
        workers = connected(scheduler) if scheduler else {}
        live = gather.of_jobs(self._job_table, workers, now)
        return cluster_model(
            self.spec,
            self.state,
            self._job_table,
            scheduler,
            workers,
            options={**self._backend.options, "idle_timeout": self.state.idle_timeout_s},
            problems=find_problems(self.state, live, gather.surroundings(scheduler), now),
            hint=self._hints.hint,
            usage=self._hints.usage,
            now=now,
        )
