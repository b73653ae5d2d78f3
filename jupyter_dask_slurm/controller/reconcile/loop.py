"""The reconcile loop: brings the jobs that there are to the plan.

One task does all that changes jobs, one step after another: look (squeue), say what ended jobs mean, decide,
cancel, submit. So no two decisions ever overlap, and Slurm gets one command at a time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace

from distributed.core import Status

from ...protocol.errors import FAULTS_OF_THIS_MACHINE, TIME_MENDS, DaskSlurmError
from ...protocol.models import Ended, iso_time
from ...system import clock
from ...system.event_loop.slices import in_slices
from ..backend.base import JobCluster
from ..backend.events import BackendEvents
from ..problems.job_ends import note_end
from ..problems.memory import KILLS_COUNT_S
from ..problems.walltime import is_certain, warns_at
from ..state.history import History
from ..state.jobs import End, EndPolicy, JobTable, TrackedJob
from ..state.phases import SUSPENDED_STATES, phase_of
from ..state.slurm_watch import Watch
from ..state.state import ClusterState
from ..state.workers import Change, connected, is_idle, note_connections
from .decide import JobView, Situation, back_off_s, decide, is_held
from .dispatch import Dispatcher
from .end_policy import end_policy, never_connected
from .put_back import GAVE_WAY, is_put_back, where_it_ran, without_node
from .replacement import longest_wait_s, replace_at
from .slow_answers import SlowAnswers

logger = logging.getLogger(__name__)

STEP_S = 30.0
"""The loop turns at least so often, in seconds; a turn with nothing to do costs nothing."""

AFTER_ERROR_S = 5.0
"""A turn that failed in a way that nobody thought of is followed by the next after so long, in seconds."""

AFTER_LATE_S = 1.0
"""Between two looks for jobs of submissions that were in doubt, while the cluster ends; in seconds."""


class Reconciler:
    """Keeps the cluster's jobs as the state's plan wants them.

    Attributes
    ----------
    dispatch : Dispatcher
        Carries out what is decided here, and hears first where Slurm does not answer.
    """

    def __init__(
        self,
        state: ClusterState,
        job_table: JobTable,
        cluster: JobCluster,
        watch: Watch,
        history: History,
    ) -> None:
        self._state = state
        self._job_table = job_table
        self._cluster = cluster
        self._watch = watch
        self._history = history
        self._wake = asyncio.Event()
        state.wake.connect(self._wake.set)
        self._slow_answers = SlowAnswers(state)
        self.dispatch = Dispatcher(state, job_table, cluster, watch, history)

    def listen(self, events: BackendEvents) -> None:
        """Hear what the backend finds out by itself."""
        events.job_ended.connect(self.job_ended)
        events.slurm_silent.connect(self.dispatch.fell_silent)
        events.in_doubt.connect(self.dispatch.in_doubt)
        events.slurm_said.connect(self.dispatch.heard)

    def try_now(self) -> None:
        """Take the next turn now, whatever failed before: the user asked for something."""
        self.dispatch.not_before = 0.0
        self.dispatch.expect_room()
        self.dispatch.look_soon()
        self._state.changed.emit()

    def stop(self, reason: str | None = None) -> None:
        """Begin to end the cluster; `reason` is None where its user asked for it."""
        state = self._state
        if state.status == "stopping":
            return
        state.status = "stopping"
        state.plan = 0
        # It ends now: there is nothing to warn of any more.
        state.idle_since = state.unheld_since = None
        if reason is not None:
            state.ended = Ended(iso_time(), reason)
        self._history.add("stopping", reason or "Stopping, as its user asked.")
        for job in self._job_table.live():
            job.cancelling = True
        self.try_now()

    def workers_changed(self, names: Collection[str]) -> None:
        """Note which jobs got or lost their workers (called once per turn of the loop).

        Parameters
        ----------
        names : collection of str
            Of the workers that came or went.
        """
        jobs = {job.name: job for name in names if (job := self._job_table.of_worker(name)) is not None}
        changes = note_connections(jobs.values(), connected(self._cluster.scheduler), clock.now())
        if any(word == "connected" for _, word in changes):
            self._state.failures = ()
        # Of a scheduler that closes all workers go, and why is said by whoever closes it.
        closes = self._cluster.scheduler.status in (Status.closing, Status.closed)
        for word, meaning in () if closes else _CONNECTION.items():
            those = [
                job.job_id or job.name
                for job, said in changes
                if said == word and job.wanted and not (word == "lost" and job.sent_away)
            ]
            self._history.add_of_jobs(word, those, meaning)
        for job, _ in changes:
            job.sent_away = False
        lost = any(word == "lost" for _, word in changes)
        if lost or (changes and self._all_connected()):
            self.dispatch.look_soon()
        self._state.changed.emit()

    def workers_silent(self) -> None:
        """Ask what became of jobs whose workers say nothing any more, or again."""
        resumed = (job.seen and job.seen.state in SUSPENDED_STATES for job in self._job_table.live())
        if any(resumed):
            self.dispatch.look_soon()
        # Else one look now is enough, and it is due: on a busy machine workers are silent for a moment.
        self._state.wake.emit()
        self._state.changed.emit()

    def _all_connected(self) -> bool:
        # Node and times of a whole submission are asked for once, when its last worker is there.
        return all(job.connected_at is not None for job in self._job_table if job.live)

    def job_ended(self, job: TrackedJob, end: End) -> None:
        """Judge a job that is gone, take it out of Dask's books and adjust the plan."""
        if job.giving_way:
            end = replace(end, text=GAVE_WAY)
        job.end = end
        self._cluster.forget(job.name)
        self.dispatch.expect_room()
        replaced = self._job_table.has_replacement(job, self._state.plan)
        policy = end_policy(job, end, keep_jobs=self._state.keep_jobs, replaced=replaced)
        loss = note_end(self._state, job, end, policy)
        if policy == "failed":
            self.dispatch.hold(back_off_s(len(self._state.failures)))
        elif end.kind == "memory":
            # The next one will do the same work.
            self.dispatch.hold(back_off_s(self._state.memory_kills_since(end.at - KILLS_COUNT_S)))
        if policy in ("outside", "lower"):
            self._state.lower_plan()
        self._history.add(
            "ended",
            " ".join(
                filter(None, (f"Job {loss.job_id} ended ({end.state}).", end.text, self._meaning(policy)))
            ),
        )
        if policy == "lower" and self._state.is_spent:
            self.stop(
                f"Its workers have ended ({end.state}), and in one allocation nothing takes their place."
                if self._state.one_allocation
                else f"Its last job ended ({end.state}), and jobs are not replaced here (keep_jobs)."
            )
        elif policy == "outside" and self._state.one_allocation:
            self.stop("Its allocation ended, and all of its workers with it.")
        elif self._state.one_allocation and self._state.has_given_up:
            self.stop(never_connected(self._state))
        self._state.changed.emit()
        self._state.wake.emit()

    def _meaning(self, policy: EndPolicy) -> str:
        """Return what becomes of a job's place, as far as it is known now."""
        if policy != "replace":
            return _MEANING[policy]
        if self._state.refusal is not None:
            return "No other one takes its place: Slurm refuses such jobs."
        if self._state.has_given_up:
            return "No other one takes its place: no more are submitted."
        if self._state.postponed is not None:
            return "Another one is submitted as soon as Slurm takes it."
        return "Another one is to take its place."

    async def run(self) -> None:
        """Take turns until the cluster stops and no job is left."""
        while True:
            self._wake.clear()
            at_least_s = 0.0
            try:
                await self._turn()
                if self._state.status == "stopping" and not self._job_table.live():
                    if await self._leaves_nothing():
                        return
                    at_least_s = AFTER_LATE_S
            except DaskSlurmError as error:
                logger.warning("%s %s", error.message, error.details or "")
            except Exception:
                # Not the end: computations and jobs would go with it.
                logger.exception("A turn failed; what is left of it is done in the next.")
                at_least_s = AFTER_ERROR_S
            await asyncio.sleep(0)
            try:
                await asyncio.wait_for(self._wake.wait(), max(at_least_s, self._pause_s()))
            except asyncio.TimeoutError:
                continue

    async def _leaves_nothing(self) -> bool:
        """Return whether Slurm certainly has nothing of this cluster beyond the jobs of the table."""
        if self.dispatch.cancelling_waits:
            return False
        try:
            nothing = await self._cluster.leaves_nothing()
        except TIME_MENDS as error:
            self.dispatch.fell_silent(error)
            return False
        self.dispatch.has_acted()
        return nothing

    def _pause_s(self) -> float:
        now = clock.now()
        times = [now + STEP_S]
        if self.dispatch.not_before > now:
            times.append(self.dispatch.not_before)
        if self.dispatch.room_at > now:
            times.append(self.dispatch.room_at)
        times.extend(at for at in self._end_nears_at().values() if at > now)
        look = self._watch.next_look(now)
        if look is not None:
            times.append(max(look, self.dispatch.not_before if self.dispatch.silent else 0.0))
        return max(0.05, min(times) - now)

    async def _turn(self) -> None:
        await self.dispatch.sweep()
        await self._look()
        # Each of these looks at all jobs: between them the scheduler has its turn.
        await asyncio.sleep(0)
        self._note_expiring(clock.now())
        await asyncio.sleep(0)
        situation = self._situation(clock.now())
        if not situation.held:
            await self._make_way()
        decision = decide(situation)
        for name in decision.cancel:
            self._job_table.jobs[name].cancelling = True
        self._note_incomplete(decision.incomplete)
        self.dispatch.retire([self._job_table.jobs[name] for name in decision.retire])
        await self.dispatch.cancel()
        if decision.submit:
            await self.dispatch.submit(decision.submit)
        elif not decision.lacking:
            self.dispatch.nothing_waits()

    def _note_incomplete(self, names: Sequence[str]) -> None:
        for job in map(self._job_table.jobs.__getitem__, names):
            job.incomplete = True
            self._history.add(
                "incomplete",
                f"Job {job.job_id}: some of its {len(job.workers)} workers never connected. The others hand "
                "over their results, and another job takes its place.",
            )

    async def _look(self) -> None:
        due = self._watch.next_look(clock.now())
        if due is None or due > clock.now() or self.dispatch.waits_for_slurm:
            return
        began_at = clock.now()
        try:
            ended = await self._watch.look()
        except TIME_MENDS as error:
            self.dispatch.fell_silent(error)
            if not isinstance(error, FAULTS_OF_THIS_MACHINE):
                await self._slow_answers.note(began_at)
            return
        await self._slow_answers.note(began_at)
        self.dispatch.answered()
        async for job, end in in_slices(ended):
            self.job_ended(job, end)
        self._state.changed.emit()

    async def _make_way(self) -> None:
        """Cancel jobs that Slurm lets wait because their node failed; others follow when they are gone."""
        workers = connected(self._cluster.scheduler)
        jobs = [job for job in self._job_table.live() if is_put_back(job, workers)]
        if not jobs or self._state.status == "stopping" or not self._state.keep_jobs:
            return
        if self._state.replaces_none:
            # Better one that starts late than one less.
            return
        try:
            without = await without_node(jobs)
        except TIME_MENDS as error:
            self.dispatch.fell_silent(error)
            return
        for job in without:
            job.cancelling = job.giving_way = True
            self._history.add(
                "put back",
                f"Job {job.job_id}: {where_it_ran(job)} failed, and Slurm lets it wait before it starts "
                "again. It is cancelled, and another one takes its place.",
            )

    def _end_nears_at(self) -> dict[str, float]:
        """Return when ends of jobs begin to matter, where they do not yet, as moments of `system.clock`.

        They are replaced then, or their user is warned.
        """
        if self._state.status == "stopping":
            return {}
        jobs = [job for job in self._job_table if job.wanted and not job.expiring]
        wait_s = longest_wait_s(self._job_table)
        keep = self._state.keep_jobs
        times = {job.name: replace_at(job, wait_s) if keep else warns_at(job.seen) for job in jobs}
        return {name: at for name, at in times.items() if at is not None}

    def _note_expiring(self, now: float) -> None:
        for name, at in self._end_nears_at().items():
            job = self._job_table.jobs[name]
            if at <= now and self._is_certain(job, at, now) and self._state.keep_jobs:
                job.expiring_since = now
                self._history.add(
                    "expiring", f"Job {job.job_id} nears its walltime; another one is to follow."
                )

    def _is_certain(self, job: TrackedJob, at: float, now: float) -> bool:
        """Return whether a job's end is what Slurm says now: somebody may have changed its walltime."""
        if is_certain(job.seen_at, at, now):
            return True
        self._watch.ask_about(job)
        return False

    def _situation(self, now: float) -> Situation:
        state = self._state
        workers = connected(self._cluster.scheduler)
        plan = 0 if state.status == "stopping" else state.plan
        # Only where some may have to go: it looks at all that their workers hold.
        crowded = sum(job.wanted for job in self._job_table) > plan
        views = tuple(
            JobView(
                job.name,
                phase_of(job, workers),
                order,
                not crowded or is_idle(job, workers),
                self._missing_s(job, now),
                job.expiring,
            )
            for order, job in enumerate(self._job_table)
            if job.wanted
        )
        held = is_held(
            is_refused=state.refusal is not None,
            failures=len(state.failures),
            pause_s=max(self.dispatch.not_before, self.dispatch.room_at) - now,
        )
        return Situation(plan, views, held)

    def _missing_s(self, job: TrackedJob, now: float) -> float:
        """Return for how long workers of a job are gone, or have not come while others did.

        0 until Slurm has said what became of it since: somebody may have cancelled it, and then no other one
        takes its place. One that never had all of them is kept where nothing would follow it.
        """
        if self._state.one_allocation:
            # The others go on, with all that they hold: another job would be on top of them.
            return 0.0
        since = job.partial_since if job.lost_at is None else job.lost_at
        if since is None or not self._watch.has_answered_since(since):
            return 0.0
        return 0.0 if job.lost_at is None and self._state.replaces_none else now - since


_CONNECTION: dict[Change, str] = {
    "connected": "all workers are connected.",
    "lost": "a worker was lost.",
    "back": "its workers are back.",
}
_MEANING = {
    "asked": "",
    "outside": "Somebody cancelled it; it is not submitted again.",
    "lower": "It is not replaced.",
    "failed": "Its workers never connected.",
}
