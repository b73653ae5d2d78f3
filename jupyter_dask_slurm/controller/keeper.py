"""The loop that makes of what is there what is wanted.

One task does all that changes jobs, one step after another: look (squeue), judge what ended, decide,
cancel, submit. So no two decisions ever overlap, and Slurm gets one command at a time. While Slurm
does not answer, the loop waits and tries again; nothing is given up because of that.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from ..errors import DaskSlurmError, SlurmUnavailable, StorageUnavailable, Unprocessable
from .cluster import JobCluster
from .history import History
from .ledger import End, Ledger, TrackedJob
from .losses import note_end
from .phases import phase_of
from .reconcile import MOST_FAILURES, JobView, Situation, back_off_s, decide
from .roster import connected, is_idle, note_connections
from .state import ClusterState, Refusal
from .verdict import judge

logger = logging.getLogger(__name__)

STEP_S = 30.0
"""The loop turns at least so often, in seconds; a turn with nothing to do costs nothing."""

RETIRE_S = 300.0
"""For how long results may move away from a job that is given up, in seconds."""


class Watch(Protocol):
    """How the keeper learns what became of jobs; the local backend needs none."""

    def next_look(self, now: float) -> float | None:
        """Return when to look next, in seconds since 1970; None while everything is accounted for."""

    def something_happened(self) -> None:
        """Look again soon: a job was submitted, cancelled, connected or lost."""

    async def look(self) -> list[tuple[TrackedJob, End]]:
        """Ask Slurm, write what it said into the ledger, return the jobs that ended."""


class Keeper:
    """Keeps the cluster's jobs as the state's plan wants them.

    Parameters
    ----------
    on_change : callable
        Called after everything that users would notice.
    """

    def __init__(
        self,
        state: ClusterState,
        ledger: Ledger,
        cluster: JobCluster,
        watch: Watch | None,
        *,
        history: History,
        on_change: Callable[[], None],
        keep_jobs: bool,
    ) -> None:
        self._state = state
        self._ledger = ledger
        self._cluster = cluster
        self._watch = watch
        self._history = history
        self._on_change = on_change
        self._keep_jobs = keep_jobs
        self._wake = asyncio.Event()
        self._not_before = 0.0
        self._silences = 0
        self._retiring: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Take the next turn now."""
        self._wake.set()

    def try_now(self) -> None:
        """Take the next turn now, whatever failed before: the user asked for something."""
        self._not_before = 0.0
        self._look_soon()

    def workers_changed(self) -> None:
        """Note which jobs got or lost their workers (called once per turn of the loop)."""
        changes = note_connections(self._ledger, connected(self._cluster.scheduler), time.time())
        for job, word in changes:
            if word == "connected":
                self._state.failures = ()
            if job.wanted:
                self._history.add(word, f"Job {job.job_id}: {_CONNECTION[word]}")
        lost = any(word == "lost" for _, word in changes)
        if lost or (changes and self._all_connected()):
            self._look_soon()
        self._on_change()

    def _all_connected(self) -> bool:
        # Node and times of a whole submission are asked for once, when its last worker is there.
        return all(job.connected_at is not None for job in self._ledger.live())

    def job_ended(self, job: TrackedJob, end: End) -> None:
        """Judge a job that is gone, take it out of Dask's books and adjust the plan."""
        job.end = end
        self._cluster.forget(job.name)
        verdict = judge(job, end, keep_jobs=self._keep_jobs)
        loss = note_end(self._state, job, end, verdict)
        if verdict == "failed":
            self._not_before = time.time() + back_off_s(len(self._state.failures))
        if verdict in ("outside", "lower"):
            self._state.lower_plan()
        self._history.add(
            "ended",
            " ".join(filter(None, (f"Job {loss.job_id} ended ({end.state}).", end.text, _MEANING[verdict]))),
        )
        self._on_change()
        self.wake()

    async def run(self) -> None:
        """Take turns until the cluster stops and no job is left."""
        while True:
            self._wake.clear()
            try:
                await self._turn()
            except DaskSlurmError as error:
                logger.warning("%s %s", error.message, error.details or "")
            if self._state.status == "stopping" and not self._ledger.live():
                return
            try:
                await asyncio.wait_for(self._wake.wait(), self._pause_s())
            except asyncio.TimeoutError:
                continue

    def _pause_s(self) -> float:
        now = time.time()
        times = [now + STEP_S]
        if self._not_before > now:
            times.append(self._not_before)
        look = self._watch.next_look(now) if self._watch else None
        if look is not None:
            times.append(max(look, self._not_before if self._silences else 0.0))
        return max(0.05, min(times) - now)

    async def _turn(self) -> None:
        await self._look()
        situation = self._situation(time.time())
        decision = decide(situation)
        for name in decision.cancel:
            self._ledger.jobs[name].cancelling = True
        self._retire([self._ledger.jobs[name] for name in decision.retire])
        await self._cancel()
        if decision.submit:
            await self._submit(decision.submit)

    async def _look(self) -> None:
        due = self._watch.next_look(time.time()) if self._watch else None
        if self._watch is None or due is None or due > time.time():
            return
        try:
            ended = await self._watch.look()
        except SlurmUnavailable as error:
            self.fell_silent(error)
            return
        self._answered()
        for job, end in ended:
            self.job_ended(job, end)
        self._on_change()

    def _situation(self, now: float) -> Situation:
        state = self._state
        workers = connected(self._cluster.scheduler)
        views = tuple(
            JobView(
                job.name,
                phase_of(job, workers),
                order,
                is_idle(job, workers),
                now - job.lost_at if job.lost_at else 0.0,
            )
            for order, job in enumerate(self._ledger)
            if job.wanted
        )
        held = state.refusal is not None or len(state.failures) >= MOST_FAILURES or now < self._not_before
        return Situation(0 if state.status == "stopping" else state.plan, views, held)

    async def _submit(self, count: int) -> None:
        jobs = [self._ledger.new(time.time()) for _ in range(count)]
        self._on_change()
        try:
            await self._cluster.add(jobs)
            self._answered()
        except SlurmUnavailable as error:
            self.fell_silent(error)
        except Unprocessable as error:
            self._refused(error)
        except StorageUnavailable as error:
            # Without its intent on disk nothing is submitted.
            self._state.storage_error = error.message
            self._not_before = time.time() + STEP_S
        finally:
            for job in jobs:
                if job.job_id is None:
                    self._ledger.drop(job.name)
        accepted = [job.job_id for job in jobs if job.job_id]
        if accepted:
            self._history.add("submitted", f"Submitted {_span(accepted)}.")
        self._look_soon()
        self._on_change()

    async def _cancel(self) -> None:
        """End what shall end; a scancel that failed is repeated, for those jobs stay in Dask's books."""
        jobs = [job for job in self._ledger.live() if job.cancelling and job.name in self._cluster.workers]
        if not jobs or (self._silences and time.time() < self._not_before):
            return
        try:
            await self._cluster.remove(jobs)
        except SlurmUnavailable as error:
            self.fell_silent(error)
            return
        self._answered()
        self._history.add("cancelled", f"Cancelled {_span([job.job_id or job.name for job in jobs])}.")
        self._look_soon()
        self._on_change()

    def _retire(self, jobs: Sequence[TrackedJob]) -> None:
        if not jobs:
            return
        for job in jobs:
            job.retiring = True
        task = asyncio.ensure_future(self._hand_over(jobs))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)
        self._on_change()

    async def _hand_over(self, jobs: Sequence[TrackedJob]) -> None:
        """Move the results of `jobs` to other workers, then have the jobs cancelled."""
        names = [name for job in jobs for name in job.workers]
        try:
            await asyncio.wait_for(self._cluster.scheduler.retire_workers(names=names), RETIRE_S)
        except (asyncio.TimeoutError, OSError) as error:
            logger.warning("Some results of %s did not move in time: %r", names, error)
        for job in jobs:
            job.cancelling, job.retiring = True, False
        self.wake()

    def _look_soon(self) -> None:
        if self._watch is not None:
            self._watch.something_happened()
        self.wake()

    def _refused(self, error: Unprocessable) -> None:
        script = getattr(error, "script", None)
        self._state.refusal = Refusal(error.message, error.details, script, time.time())
        self._history.add("refused", error.message)

    def fell_silent(self, error: SlurmUnavailable) -> None:
        """Note that Slurm does not answer, and wait longer each time before asking again."""
        if self._state.silent_since is None:
            self._state.silent_since = time.time()
            self._history.add("silent", error.message)
        self._state.silence = error.details or error.message
        self._not_before = time.time() + min(60.0, 2.0 * 2**self._silences)
        self._silences += 1
        self._on_change()

    def _answered(self) -> None:
        if self._state.silent_since is not None:
            self._history.add("answers", "Slurm answers again.")
        self._state.silent_since = self._state.silence = None
        self._silences = 0


_CONNECTION = {
    "connected": "all workers are connected.",
    "lost": "a worker was lost.",
    "back": "its workers are back.",
}
_MEANING = {
    "asked": "",
    "outside": "Somebody cancelled it; it is not submitted again.",
    "replace": "Another one takes its place.",
    "lower": "It is not replaced.",
    "failed": "Its workers never connected.",
}


def _span(job_ids: Sequence[str]) -> str:
    if len(job_ids) == 1:
        return f"job {job_ids[0]}"
    return f"{len(job_ids)} jobs, {job_ids[0]} to {job_ids[-1]}"
