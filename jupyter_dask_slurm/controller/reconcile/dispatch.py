"""Decisions carried out: jobs submitted, cancelled, or retired first and cancelled then.

While Slurm does not answer, everything waits and is tried again; nothing is given up because of that.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from ...protocol.errors import (
    FAULTS_OF_THIS_MACHINE,
    TIME_MENDS,
    MachineFault,
    SlurmNotYet,
    SlurmRefused,
    SlurmUnavailable,
    StorageUnavailable,
    Unprocessable,
)
from ...slurm.rows import COMPLETING
from ...system import clock
from ...system.event_loop.background import Background
from ...system.event_loop.backoff import Backoff
from ..backend.base import JobCluster
from ..state.history import History
from ..state.jobs import JobTable, TrackedJob
from ..state.slurm_watch import Watch
from ..state.state import ClusterState, Doubt, Refusal
from .decide import try_again_s
from .retire import retire

LONGEST_SILENCE_S = 300.0
"""At least so often a Slurm that does not answer, or refuses to cancel, is asked again; in seconds."""

LONGEST_FAULT_S = 30.0
"""At least so often a command that this machine did not start is tried again; in seconds."""

DISK_RETRY_S = 30.0
"""When a full disk is tried again, in seconds."""

RETIRE_S = 300.0
"""For how long results may move away from a job that is given up, in seconds."""

CANCEL_AGAIN_S = 60.0
"""A job that Slurm still has so long after it took its cancellation is cancelled again, in seconds."""

MOVE_S = 15.0
"""So long before a walltime running tasks are not waited for any longer, in seconds: results have to move."""

MOST_CUT_TASKS = 20
"""So many tasks that did not finish in time are remembered."""


class Dispatcher:
    """The hands of the reconcile loop: jobs are submitted, cancelled and asked after here.

    Attributes
    ----------
    not_before : float
        Nothing is submitted, nor asked of a silent Slurm, before this moment.
    room_at : float
        What Slurm did not take yet is not submitted before this moment.
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
        self._silences = Backoff(2.0, LONGEST_SILENCE_S)
        self._refusals = Backoff(5.0, LONGEST_SILENCE_S)
        self._postponements = 0
        self._heard = ""
        self._cancel_at = 0.0
        self._is_swept = False
        self._retiring = Background()
        self.not_before = 0.0
        self.room_at = 0.0

    @property
    def silent(self) -> bool:
        """Whether Slurm did not answer when it was last asked."""
        return self._silences.times > 0

    @property
    def waits_for_slurm(self) -> bool:
        """Whether Slurm did not answer and is not asked again yet."""
        return self.silent and clock.now() < self.not_before

    @property
    def cancelling_waits(self) -> bool:
        """Whether nothing can be ended yet: that takes a Slurm that answers, and it does not."""
        return self.waits_for_slurm and not self._cluster.without_slurm

    def look_soon(self) -> None:
        """Take the next turn now, and ask Slurm soon: something became of a job."""
        self._watch.something_happened()
        self._state.wake.emit()

    def hold(self, seconds: float) -> None:
        """Submit nothing for so long."""
        self.not_before = max(self.not_before, clock.now() + seconds)

    def expect_room(self) -> None:
        """Try at once what Slurm did not take yet: a job has ended, or the user has asked for something.

        slurmctld may count an ended job for a moment more: from here on it is tried more often again.
        """
        self.room_at, self._postponements = 0.0, 0

    def nothing_waits(self) -> None:
        """Note that all jobs that are wanted have been submitted."""
        self._state.held_by_disk = self._state.postponed = None
        self.expect_room()
        if self._state.silent_since is not None and not self._is_to_be_asked():
            # What was not done is not wanted any more: nobody would find out that it can be done again, or
            # that Slurm answers.
            self._forget_silence()
            self._state.changed.emit()

    def _is_to_be_asked(self) -> bool:
        """Return whether something is still to be done or asked that says how this machine, or Slurm, is."""
        ends = self._state.status == "stopping" or any(job.cancelling for job in self._job_table.live())
        return ends or not self._is_swept or self._watch.next_look(clock.now()) is not None

    async def sweep(self) -> None:
        """End, once, what another controller of this cluster has left; tried again until it is done."""
        if self._is_swept or self.waits_for_slurm or clock.now() < self._cancel_at:
            return
        if self._state.status == "stopping":
            return
        try:
            ended = await self._cluster.sweep()
        except TIME_MENDS as error:
            self.fell_silent(error)
            return
        except SlurmRefused as error:
            self._cancel_refused(error)
            return
        self._cancel_accepted()
        self._is_swept = True
        if ended:
            self.answered()
            self._history.add(
                "cancelled",
                f"Cancelled {_span(ended)}: submitted by another controller of this cluster, in whose place "
                "Slurm has started this one.",
            )

    async def submit(self, count: int) -> None:
        """Submit so many jobs, as many as Slurm takes; what goes wrong is written into the state."""
        jobs = [self._job_table.new(clock.now()) for _ in range(count)]
        self._state.changed.emit()
        held = None
        try:
            await self._cluster.add(jobs)
            self.has_acted()
            self._state.postponed = None
            self.expect_room()
        except TIME_MENDS as error:
            self.fell_silent(error)
        except SlurmNotYet as error:
            self.answered()
            self._postpone(error, some=any(job.job_id for job in jobs))
        except Unprocessable as error:
            self.has_acted()
            self._refused(error)
        except StorageUnavailable as error:
            # Without its intent on disk nothing is submitted.
            held = error.message
            self.not_before = clock.now() + DISK_RETRY_S
        finally:
            for job in jobs:
                if job.job_id is None:
                    self._job_table.drop(job.name)
        self._state.held_by_disk = held
        accepted = [job.job_id for job in jobs if job.job_id]
        if accepted:
            self._history.add("submitted", f"Submitted {_span(accepted)}.")
        self.look_soon()
        self._state.changed.emit()

    async def cancel(self) -> None:
        """End what shall end; a scancel that failed is repeated, for those jobs stay in Dask's books."""
        jobs = [job for job in self._job_table.live() if job.cancelling and job.name in self._cluster.workers]
        again = [job for job in self._job_table.live() if self._outlives_its_cancellation(job)]
        if not jobs and self._is_swept:
            self._cancel_accepted()
        if not (jobs or again) or self.cancelling_waits or clock.now() < self._cancel_at:
            return
        try:
            if again:
                await self._cluster.cancel_again(again)
            await self._cluster.remove(jobs)
        except TIME_MENDS as error:
            self.fell_silent(error)
            return
        except SlurmRefused as error:
            self._cancel_refused(error)
            return
        self.has_acted()
        self._cancel_accepted()
        for job in [*jobs, *again]:
            job.cancelled_at = clock.now()
        if jobs:
            self._history.add("cancelled", f"Cancelled {_span([job.job_id or job.name for job in jobs])}.")
        self.look_soon()
        self._state.changed.emit()

    def _outlives_its_cancellation(self, job: TrackedJob) -> bool:
        """Return whether Slurm took the cancellation of a job a while ago, and has it as before."""
        if job.cancelled_at is None or job.name in self._cluster.workers:
            return False
        ending = job.seen is not None and job.seen.state in COMPLETING
        return not ending and clock.now() - job.cancelled_at >= CANCEL_AGAIN_S

    def retire(self, jobs: Sequence[TrackedJob]) -> None:
        """Begin to move the results of `jobs` to other workers; the jobs are cancelled afterwards."""
        for group in ([job for job in jobs if job.expiring], [job for job in jobs if not job.expiring]):
            if not group:
                continue
            for job in group:
                job.retiring = True
            self._retiring.begin(self._retire(group))
            self._state.changed.emit()

    async def _retire(self, jobs: Sequence[TrackedJob]) -> None:
        names = [name for job in jobs for name in job.workers]
        # Who scales down wants the cores back now; before a walltime there is time that is paid for.
        ends = [job.seen.ends for job in jobs if job.expiring and job.seen and job.seen.ends]
        until = min(ends) - MOVE_S if ends else None
        cut = await retire(self._cluster.scheduler, names, until=until, move_s=RETIRE_S)
        self._state.cut_tasks = (*self._state.cut_tasks, *cut)[-MOST_CUT_TASKS:]
        for job in jobs:
            job.cancelling, job.retiring = True, False
        self.look_soon()

    def _cancel_refused(self, error: SlurmRefused) -> None:
        """Note Slurm's words; the jobs stay in Dask's books, so that it is asked again."""
        if self._state.cancel_refusal is None:
            self._history.add("cancel refused", error.details or error.message)
        self._state.cancel_refusal = Refusal(error.message, error.details, None, clock.now())
        self._cancel_at = clock.now() + self._refusals.next_s()
        self.look_soon()
        self._state.changed.emit()

    def _cancel_accepted(self) -> None:
        self._state.cancel_refusal = None
        self._refusals.reset()
        self._cancel_at = 0.0

    def _refused(self, error: Unprocessable) -> None:
        self._state.refusal = _refusal(error)
        self._state.postponed = None
        self._history.add("refused", error.message)

    def _postpone(self, error: SlurmNotYet, *, some: bool) -> None:
        """Note why Slurm took no job, or `some` only, and when the others are tried again."""
        known, now = self._state.postponed, clock.now()
        if known is None or known.message != error.message:
            self._history.add("postponed", f"{error.message} It is tried again.")
        since = now if known is None else known.at
        self._state.postponed = replace(_refusal(error), at=since)
        self._postponements = 1 if some else self._postponements + 1
        # Many clusters that met the same limit must not try together for ever.
        self.room_at = now + try_again_s(self._postponements) * random.uniform(0.9, 1.1)  # noqa: S311

    def fell_silent(self, error: SlurmUnavailable | MachineFault) -> None:
        """Note that Slurm does not answer, or was not asked, and wait longer each time before asking."""
        of_this_machine = isinstance(error, FAULTS_OF_THIS_MACHINE)
        if self._state.silent_since is None or of_this_machine != (self._state.not_asked is not None):
            self._state.silent_since = clock.now()
            self._history.add("not asked" if of_this_machine else "silent", error.message)
        self._state.silence = error.details or error.message
        self._state.not_asked = error.message if of_this_machine else None
        # To ask one's own machine again costs nobody anything.
        longest_s = LONGEST_FAULT_S if of_this_machine else LONGEST_SILENCE_S
        self.not_before = clock.now() + self._silences.next_s(longest_s)
        self._state.changed.emit()

    def in_doubt(self, error: SlurmUnavailable | None) -> None:
        """Note that it is not known whether Slurm took a submission; None: it is known again."""
        self._state.doubt = Doubt(error.details or error.message, clock.now()) if error else None
        if error:
            self._history.add("doubt", "Whether Slurm took the jobs is not known; they are looked up.")
        self._state.changed.emit()

    def heard(self, words: str) -> None:
        """Note what a site's plugin says to a job that Slurm takes; once, for it says so each time."""
        if words != self._heard:
            self._heard = words
            self._history.add("slurm said", words)

    def has_acted(self) -> None:
        """Note that jobs were started or ended: Slurm has answered, or this machine does it again."""
        if not self._cluster.without_slurm or self._state.not_asked is not None:
            self.answered()

    def answered(self) -> None:
        """Note that Slurm has answered."""
        if self._state.silent_since is not None:
            asked = "Slurm answers again." if self._state.not_asked is None else "This machine does it again."
            self._history.add("answers", asked)
        self._forget_silence()

    def _forget_silence(self) -> None:
        self._state.silent_since = self._state.silence = self._state.not_asked = None
        self._silences.reset()


def _refusal(error: Unprocessable) -> Refusal:
    script = error.script if isinstance(error, SlurmRefused) else None
    return Refusal(error.message, error.details, script, clock.now())


def _span(job_ids: Sequence[str]) -> str:
    if len(job_ids) == 1:
        return f"job {job_ids[0]}"
    return f"{len(job_ids)} jobs, {job_ids[0]} to {job_ids[-1]}"
