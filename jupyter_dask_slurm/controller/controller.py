"""The controller of one cluster: its parts put together, their start and their end.

It holds the parts together and decides nothing itself: `Commands` takes in what users ask for, `Planner` says
how many jobs there shall be, `Reconciler` makes it so.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from ..protocol.ceiling import check_ceiling
from ..protocol.errors import JobNotFound
from ..protocol.models import Cluster, Job, LaunchSpec, Progress
from ..protocol.paging import Page
from ..protocol.scaling import most_jobs, resolve_scaling
from ..slurm.address.variables import take_over
from ..system import clock
from ..system.event_loop.background import Background
from ..system.event_loop.slices import in_slices
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
from .problems.job_ends import NannyWatch
from .problems.parent_watch import ParentWatch
from .problems.versions import VersionWatch
from .publish.publisher import Publisher
from .publish.record import RecordWriter
from .publish.snapshot import cluster_model, job_model
from .reconcile.loop import Reconciler
from .reconcile.planner import Planner, plan_of
from .state.client_tasks import ClientTasks
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
        self.state.in_own_job = spec.placement == "job"
        self.state.ends_unheld = spec.ends_unheld
        self.state.one_allocation = bool(backend.options["one_allocation"])
        self.state.keep_jobs = backend.options["keep_jobs"] is not False
        self.state.dashboard_error = dashboard_problem()
        self.history = History(spec.on_disk.history)
        self._hints = HintWatch(asked_for(spec.backend, backend.options, backend.size, os.environ))
        self._job_table = backend.job_table
        self._cluster = backend.cluster
        self.record = RecordWriter(spec, self.state)
        self.publisher = Publisher(self._snapshot, self.record.write)
        self.state.changed.connect(self.publisher.touch)
        self.leaving = Leaving(self.state, self.publisher)
        plain = (self.state, backend.job_table, backend.cluster)
        self._reconciler = Reconciler(*plain, backend.watch, self.history)
        self._reconciler.listen(backend.events)
        self._planner = Planner(*plain, self.history)
        self.commands = Commands(
            self.state,
            backend.job_table,
            self.history,
            planner=self._planner,
            reconciler=self._reconciler,
            publisher=self.publisher,
            size=backend.size,
            ceiling=spec.ceiling,
        )
        self.done = Done()
        self._client_tasks = ClientTasks()

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the scheduler; returns when clients can connect."""
        self.history.begin(self.spec)
        for note in self._backend.notes:
            self.history.add("configuration", note)
        await self._cluster
        scheduler = self._cluster.scheduler
        scheduler.standing_still = lambda: suspended_workers(self._job_table, connected(scheduler))
        scheduler.add_plugin(WorkerWatch(self._reconciler.workers_changed))
        scheduler.add_plugin(NannyWatch(self.state, self._job_table, self.history, scheduler.workers))
        scheduler.add_plugin(ClientWatch(self.state, self._job_table, self.history))
        scheduler.add_plugin(VersionWatch(self.state))
        scheduler.add_plugin(self._client_tasks)
        await self.record.leave_scheduler(scheduler.identity())
        self.state.status = "running"
        self.history.add("started", f"The scheduler listens on {scheduler.address}.")
        self.state.changed.emit()

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
            reconciler=self._reconciler,
            publisher=self.publisher,
            record=self.record,
            on_disk=self.spec.on_disk,
            hints=self._hints,
        )
        parent = ParentWatch(self.state, self._job_table.slurm_time)
        return [housekeeper.run(), self._planner.run(), self._scheduler_closed(), parent.run()]

    def stop(self, reason: str | None = None) -> None:
        """Begin to end the cluster; `reason` is None where its user asked for it."""
        self._reconciler.stop(reason)

    async def _scheduler_closed(self) -> None:
        await self._cluster.scheduler.finished()
        self.stop("The scheduler was shut down by a client (Client.shutdown()).")

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

    def progress(self, client: str, seconds: float) -> Progress:
        """Return how far the tasks are that a client has asked for within the last `seconds`."""
        return self._client_tasks.progress(client, seconds)

    # -- what `main` asks ------------------------------------------------------------------------

    @property
    def scheduler(self) -> ControllerScheduler:
        """Dask's scheduler, once the controller has started."""
        return self._cluster.scheduler

    def take_token(self, token: str) -> None:
        """Use a fresher token for Slurm, and see at once what it lets us do."""
        if take_over(token):
            self._reconciler.try_now()

    # -- inside --------------------------------------------------------------------------------

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
