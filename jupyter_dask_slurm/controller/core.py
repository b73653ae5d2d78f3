"""The controller: one cluster, from its launch to its end. What `api.py` may ask is what it offers.

It holds the parts together and decides nothing itself: `Planner` says how many jobs there shall be,
`Keeper` makes it so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from ..ceiling import check_ceiling, most_jobs
from ..errors import InvalidRequest, JobNotFound, WrongState
from ..models import Cluster, Ended, Job, LaunchSpec, Scaling, iso_time
from . import facts
from .backends import Backend
from .enclosure import EnclosureWatch
from .history import History
from .housekeeping import Housekeeper
from .keeper import Keeper
from .ledger import TrackedJob
from .losses import NannyWatch, note_nanny_kill
from .planner import Planner, plan_of
from .problems import find_problems
from .publish import Publisher
from .record import RecordWriter
from .roster import WorkerWatch, connected
from .scheduler import ControllerScheduler, dashboard_problem
from .sizing import resolve_scaling, whole_number
from .snapshot import cluster_model, job_model
from .state import ClusterState
from .versions import VersionWatch

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
        self._check_size(scaling)
        self.state = ClusterState(spec.name, scaling, plan_of(scaling, 0), spec.idle_timeout_s)
        self.state.keep_jobs = backend.options["keep_jobs"] is not False
        self.state.dashboard_error = dashboard_problem()
        self.history = History(Path(spec.directory))
        self._ledger = backend.ledger
        self._cluster = backend.cluster
        self.record = RecordWriter(spec, self._disk_said)
        self.publisher = Publisher(self._snapshot, self.record.write)
        self._keeper = Keeper(
            self.state,
            backend.ledger,
            backend.cluster,
            backend.watch,
            history=self.history,
            on_change=self.publisher.touch,
            on_spent=self.stop,
        )
        self._planner = Planner(self.state, backend.ledger, backend.cluster, self.history, self._plan_changed)
        backend.news.job_ended = self._keeper.job_ended
        backend.news.slurm_silent = self._keeper.dispatch.fell_silent
        backend.news.in_doubt = self._keeper.dispatch.in_doubt
        self._housekeeper = Housekeeper(self, backend.ledger)

    # -- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the scheduler; returns when clients can connect."""
        self.history.begin(self.spec)
        await self._cluster
        scheduler = self._cluster.scheduler
        scheduler.add_plugin(WorkerWatch(self._keeper.workers_changed))
        scheduler.add_plugin(NannyWatch(scheduler.workers, self._killed_for_memory))
        scheduler.add_plugin(VersionWatch(self.state.mismatches, self.publisher.touch))
        self.state.status = "running"
        self.history.add("started", f"The scheduler listens on {scheduler.address}.")
        self.publisher.touch()

    async def run(self) -> None:
        """Keep the cluster until it was stopped and Slurm has none of its jobs."""
        attendants = [
            asyncio.create_task(attend)
            for attend in (
                self._housekeeper.run(),
                self._planner.run(),
                self._scheduler_closed(),
                EnclosureWatch(self.state, self.publisher.touch).run(),
            )
        ]
        try:
            await self._keeper.run()
        finally:
            for attendant in attendants:
                attendant.cancel()
        await self._cluster.end()
        await self.record.leave_jobs(self.jobs())
        self.state.status = "stopped"
        self.history.add("stopped", self.state.ended.reason if self.state.ended else "Stopped by its user.")
        self.publisher.close()
        await self.record.flush()

    async def _scheduler_closed(self) -> None:
        await self._cluster.scheduler.finished()
        self.stop("The scheduler was shut down by a client.")

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
        for job in self._ledger.live():
            job.cancelling = True
        self.publisher.touch()
        self._keeper.try_now()

    # -- what users ask ------------------------------------------------------------------------

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        return self.publisher.current

    def follow(self) -> AsyncIterator[Cluster | None]:
        """Yield the cluster at each change, None when nothing changed for `QUIET_S`."""
        return self.publisher.follow(QUIET_S)

    def jobs(self) -> list[Job]:
        """Return every job that has an id, ended ones of the last hour too."""
        workers = connected(self._cluster.scheduler)
        return [self._job(job, workers) for job in self._ledger if job.job_id is not None]

    def change(self, wish: Mapping[str, Any]) -> Cluster:
        """Scale, rename or keep longer.

        Parameters
        ----------
        wish : mapping
            Any of ``scaling``, ``name``, ``idle_timeout_s``.

        Raises
        ------
        InvalidRequest
            Where something else is asked for, or a value cannot be.
        LimitExceeded
            Where it were larger than the administrator allows.
        WrongState
            While the cluster stops.
        """
        unknown = set(wish) - {"scaling", "name", "idle_timeout_s"}
        if unknown:
            raise InvalidRequest(f"Unknown: {', '.join(sorted(unknown))}.", field=min(unknown))
        self._must_run()
        if "scaling" in wish:
            scaling = resolve_scaling(wish["scaling"], self._backend.size)
            self._check_size(scaling)
            self._planner.scale(scaling)
        if "name" in wish:
            self.history.add("renamed", f"Its user calls it {wish['name']}.")
            self.state.name = str(wish["name"])
        if "idle_timeout_s" in wish:
            self.state.idle_timeout_s = whole_number(wish["idle_timeout_s"], "idle_timeout_s")
        if "scaling" in wish:
            self._user_changed()
        else:
            self._user_acted()
        return self.cluster

    def cancel_job(self, job_id: str) -> Job:
        """Cancel one job and lower the plan by one.

        Raises
        ------
        JobNotFound
            Where no live job has that id.
        """
        job = self._ledger.by_id(job_id)
        if job is None or not job.live:
            raise JobNotFound(f"This cluster has no live job {job_id}.")
        self._must_run()
        if job.wanted:
            job.cancelling = True
            self.state.lower_plan()
            self.history.add("cancelling", f"Job {job_id} is cancelled by its user.")
        self._user_acted()
        return self._job(job, connected(self._cluster.scheduler))

    def resubmit(self, code: str, cores_elsewhere: int = 0) -> Cluster:
        """Raise the plan again by the jobs that somebody cancelled, or try again what failed.

        Parameters
        ----------
        cores_elsewhere : int
            Of the user's other clusters.

        Raises
        ------
        InvalidRequest
            Where there is no such problem now.
        LimitExceeded
            Where it were larger than the administrator allows.
        """
        self._must_run()
        if code not in {problem.code for problem in self.cluster.problems}:
            raise InvalidRequest(f"There is no problem {code!r} now.")
        lost = len(self.state.cancelled_outside) if code == "cancelled_outside" else 0
        if lost and self.state.scaling.mode == "manual":
            scaling = Scaling("manual", jobs=self.state.plan + lost)
            self._check_size(scaling, cores_elsewhere)
            self._planner.scale(scaling)
        self._user_changed()
        return self.cluster

    # -- what its own attendants ask -------------------------------------------------------------

    @property
    def scheduler(self) -> ControllerScheduler:
        """Dask's scheduler, once the controller has started."""
        return self._cluster.scheduler

    # -- inside --------------------------------------------------------------------------------

    def _user_acted(self) -> None:
        # What was given up stays given up: a new name is no wish for more jobs.
        self.state.user_acted()
        self._plan_changed()

    def _user_changed(self) -> None:
        self.state.user_changed()
        self._keeper.try_now()
        self.publisher.touch()

    def _plan_changed(self) -> None:
        self._keeper.wake()
        self.publisher.touch()

    def _killed_for_memory(self, worker: Any, rss: int) -> None:
        job = note_nanny_kill(self.state, self._ledger, worker, rss, time.time())
        if job is not None:
            self.history.add("killed", f"Job {job.job_id}: a worker was ended for memory.")
            self.publisher.touch()

    def _must_run(self) -> None:
        if self.state.status != "running":
            raise WrongState(f"The cluster is {self.state.status}; this can only be done while it runs.")

    def _check_size(self, scaling: Scaling, cores_elsewhere: int = 0) -> None:
        cores = self._backend.size.cores
        check_ceiling(self.spec.ceiling, most_jobs(scaling), cores, cores_elsewhere)

    def _disk_said(self, error: str | None) -> None:
        if error != self.state.storage_error:
            self.state.storage_error = error
            self.publisher.touch()

    def _job(self, job: TrackedJob, workers: Mapping[str, Any]) -> Job:
        return job_model(job, dict(workers), facts.reason_text(job))

    def _snapshot(self) -> Cluster:
        now = time.time()
        scheduler = self._cluster.scheduler if self.state.status != "starting" else None
        workers = connected(scheduler) if scheduler else {}
        live = facts.of_jobs(self._ledger, workers)
        return cluster_model(
            self.spec,
            self.state,
            self._ledger,
            scheduler,
            options={**self._backend.options, "idle_timeout": self.state.idle_timeout_s},
            problems=find_problems(self.state, live, facts.surroundings(scheduler), now),
            now=now,
        )
