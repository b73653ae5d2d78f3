"""Jobs into Slurm and out of it again, many at once: one ``sbatch --array``, one scancel.

No double and no orphan, whatever happens in between: the intent, with the tag that becomes the jobs'
name, is on disk before sbatch runs, and the ids after it. Where sbatch ended so that the jobs may
exist or not, they are looked up by their tag; found, they are ours, else they are sent again. Where a
limit leaves room for some of them only, as many are sent as fit.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ...protocol.directory import ClusterDirectory, job_log
from ...protocol.errors import (
    DaskSlurmError,
    SlurmAmbiguous,
    SlurmCommandBroke,
    SlurmNotAsked,
    SlurmNotYet,
    SlurmRefused,
    SlurmUnavailable,
    SlurmUnreachable,
    StorageUnavailable,
)
from ...protocol.models import iso_time
from ...protocol.tags import tag_of
from ...slurm import queue, submission
from ...slurm.installation.configuration import read_config
from ...slurm.jobid import split_id
from ...slurm.refusals import not_yet
from ...system import clock, files
from ...system.event_loop.backoff import Backoff
from ..state.jobs import JobTable
from .batch import Batch
from .events import BackendEvents
from .fitting import Room

logger = logging.getLogger(__name__)

LATE_S = 3.0
"""A request that Slurm took in before it stalled may still become a job: look again after so long."""

LONGEST_SILENCE_S = 300.0
"""At least so often a Slurm that does not say whether it took a submission is asked again, in seconds."""

DOUBT_S = 3600.0
"""For so long after a submission that Slurm denied is looked for what may have come of it, in seconds."""

_USUAL_ARRAY_SIZE = 1001
"""Slurm's own default of MaxArraySize (slurm.conf(5))."""

_MOST_TASKS = re.compile(r"\bmax_array_tasks=(\d+)")


class ArrayJob(Protocol):
    """One job as its submission sees it: an element of the array.

    Attributes
    ----------
    name : str
        Dask's name of the job.
    number : int
        Its place among all jobs of the cluster.
    tag : str
        The name under which Slurm has it; empty until it is submitted.
    """

    name: str
    number: int
    job_id: str | None
    tag: str

    def array_script(self) -> str:
        """Return the script for an array whose first element is this job."""


class Submitter:
    """Submits and cancels the jobs of one cluster.

    Parameters
    ----------
    on_disk : ClusterDirectory
        Where intents and scripts are kept.
    logs : Path
        Where Slurm writes the jobs' output.
    events : BackendEvents
        Told while a submission waits for Slurm to say whether it was taken.
    """

    without_slurm = False

    def __init__(
        self, job_table: JobTable, on_disk: ClusterDirectory, logs: Path, events: BackendEvents
    ) -> None:
        self._job_table = job_table
        self._on_disk = on_disk
        self._logs = logs
        self._events = events
        self._limit = ArrayLimit()
        self._room = Room()
        self._count = 0
        self._doubtful: dict[str, float] = {}
        self.submit: Batch[ArrayJob] = Batch(self._submit)
        self.cancel: Batch[ArrayJob] = Batch(self._cancel)

    def take_over(self) -> None:
        """Have what another controller of this cluster has sent swept, and number ours after it.

        There was one where a slurmctld that was killed forgot that it had started the controller's job, and
        starts it once more: the jobs of the first, which it kills, are in nobody's table.
        """
        before = self._on_disk.sent()
        if before:
            logger.warning("Another controller of this cluster has sent jobs before: they are cancelled.")
        tags = [tag_of(self._job_table.prefix, number) for number in before]
        self._count = max(before, default=-1) + 1
        self._doubtful = dict.fromkeys(tags, clock.now())

    async def sweep(self) -> list[str]:
        """Cancel what came, later still, of submissions of which Slurm had twice said that it has nothing.

        Their jobs were sent again, so these belong to nobody; those of another controller neither. Returns
        the ids of the jobs.

        Raises
        ------
        SlurmUnavailable, SlurmRefused
            Nothing is known, or not all is cancelled; sweep again later.
        """
        if not self._doubtful:
            return []
        asked_at = clock.now()
        late = await queue.find_by_tag(self._doubtful.keys())
        cancelled = await queue.cancel_tagged(late, self._doubtful.keys())
        for tag, since in list(self._doubtful.items()):
            if asked_at - since > DOUBT_S:
                del self._doubtful[tag]
        return cancelled

    async def leaves_nothing(self) -> bool:
        """Return whether Slurm has nothing of submissions that were in doubt; what it has is cancelled.

        Raises
        ------
        SlurmUnavailable, SlurmRefused
            Nothing is known, or not all is cancelled; ask again.
        """
        late = await queue.find_or_rule_out(self._doubtful.keys())
        await queue.cancel_tagged(late, self._doubtful.keys())
        return not late

    async def cancel_again(self, tags: Mapping[str, str]) -> None:
        """Cancel jobs that Slurm still has although it took their cancellation; `tags` by job id.

        Raises
        ------
        SlurmUnavailable, SlurmRefused
            They were not; cancel again later.
        """
        await queue.cancel_tagged(tags, set(tags.values()))

    async def _submit(self, jobs: list[ArrayJob]) -> None:
        await self.sweep()
        longest = await self._limit.longest() if len(jobs) > 1 else 1
        for run in consecutive(sorted(jobs, key=lambda job: job.number), longest):
            await self._room.fill(run, self._send)

    async def _send(self, jobs: Sequence[ArrayJob]) -> None:
        """Submit jobs of consecutive numbers as one array (a single one as a plain job)."""
        tag = tag_of(self._job_table.prefix, self._count)
        options = self.options(tag, len(jobs))
        command = submission.sbatch_command(options)
        intent = Intent(self._on_disk, self._count, tag, [job.name for job in jobs], command)
        self._count += 1
        script = jobs[0].array_script()
        intent.write(script)
        try:
            job_id = await self._send_once(script, options, tag)
        except SlurmRefused as error:
            intent.close(refused=error.details or error.message)
            error.script = script
            if isinstance(error, SlurmNotYet) and tag not in self._doubtful:
                # Tried again for days, it shall not fill the directory; nothing in Slurm has this tag.
                self._count -= 1
            raise
        except SlurmUnavailable as error:
            intent.close(refused=error.message)
            raise
        ids = [job_id] if len(jobs) == 1 else [f"{job_id}_{index}" for index in range(len(jobs))]
        for job, own_id in zip(jobs, ids, strict=True):
            self._enter(job, own_id, tag)
        intent.close(job_id=job_id)

    def options(self, tag: str, count: int) -> dict[str, str]:
        """Return what goes into sbatch's command line, where it beats every line of the script."""
        # In these patterns a percent sign stands for something (sbatch(1), FILENAME PATTERN).
        logs, job = Path(str(self._logs).replace("%", "%%")), "%j" if count == 1 else "%A_%a"
        options = {
            "job-name": tag,
            "output": job_log(logs, job, "stdout"),
            "error": job_log(logs, job, "stderr"),
            # A requeued job keeps its id: its first run's words shall not be lost.
            "open-mode": "append",
        }
        return options if count == 1 else {**options, "array": f"0-{count - 1}"}

    async def _send_once(self, script: str, options: dict[str, str], tag: str) -> str:
        """Submit, and where sbatch's end says nothing, find out; returns the job's or array's id.

        Raises
        ------
        SlurmUnreachable, SlurmNotYet
            Slurm has nothing of it. Whether to send again is decided anew: the plan may have changed.
        """
        try:
            return await submission.submit(script, options, hear=self._events.slurm_said.emit)
        except SlurmAmbiguous as error:
            logger.warning("Whether %s was submitted is not certain: %s", tag, error)
            waits = not_yet(error.details or "")
            if waits is None:
                # Of an sbatch that waited for room, nothing need be said: most likely it has sent nothing.
                self._events.in_doubt.emit(error)
            try:
                found = await self._look_up(tag)
            finally:
                self._events.in_doubt.emit(None)
            if found is not None:
                return found
            self._doubtful[tag] = clock.now()
            if waits is not None:
                raise SlurmNotYet(waits.sentence, details=error.details, in_part=waits.in_part) from error
            kind = SlurmNotAsked if isinstance(error, SlurmCommandBroke) else SlurmUnreachable
            raise kind(error.message, details=error.details) from error

    async def _look_up(self, tag: str) -> str | None:
        """Return the id of what carries `tag`; None when Slurm has said twice that nothing does."""
        nothing = 0
        pauses = Backoff(2 * LATE_S, LONGEST_SILENCE_S)
        while nothing < 2:
            try:
                rows = await queue.find_or_rule_out({tag}, ended=True)
            except SlurmUnavailable as error:
                self._events.slurm_silent.emit(error)
                nothing, wait_s = 0, pauses.next_s()
            else:
                if rows:
                    return str(split_id(next(iter(rows)))[0])
                nothing, wait_s = nothing + 1, LATE_S
                pauses.reset()
            await asyncio.sleep(wait_s)
        return None

    def _enter(self, job: ArrayJob, job_id: str, tag: str) -> None:
        job.job_id, job.tag = job_id, tag
        tracked = self._job_table.jobs[job.name]
        tracked.job_id, tracked.tag, tracked.accepted_at = job_id, tag, clock.now()
        tracked.stdout = job_log(self._logs, job_id, "stdout")
        tracked.stderr = job_log(self._logs, job_id, "stderr")

    async def _cancel(self, jobs: list[ArrayJob]) -> None:
        await self.cancel_again({job.job_id: job.tag for job in jobs if job.job_id is not None})


class ArrayLimit:
    """How many jobs fit into one job array of this Slurm: asked once, before the first array is sent."""

    def __init__(self) -> None:
        self._longest: int | None = None

    async def longest(self) -> int:
        """Return the most elements that an array may have; 1 where arrays are switched off."""
        if self._longest is None:
            try:
                config = await read_config(in_turn=True)
            except DaskSlurmError as error:
                logger.warning("MaxArraySize is not known: %s", error)
                return _USUAL_ARRAY_SIZE
            size = config.get("MaxArraySize", "")
            longest = most_elements(int(size)) if size.isdigit() else _USUAL_ARRAY_SIZE
            most = _MOST_TASKS.search(config.get("SchedulerParameters", ""))
            self._longest = min(longest, max(1, int(most[1]))) if most else longest
        return self._longest


def most_elements(max_array_size: int) -> int:
    """Return the most elements of an array: indices are below MaxArraySize, and 0 switches arrays off."""
    return max(1, max_array_size)


class Intent:
    """What is about to be submitted, on disk before sbatch runs, so that nothing is ever lost."""

    def __init__(
        self, on_disk: ClusterDirectory, number: int, tag: str, names: Sequence[str], command: Sequence[str]
    ) -> None:
        self._path = on_disk.submission(number)
        self._script = on_disk.script(number)
        self._facts: dict[str, Any] = {
            "tag": tag, "jobs": len(names), "names": list(names), "command": list(command),
        }  # fmt: skip

    def write(self, script: str) -> None:
        """Write intent and script.

        Raises
        ------
        StorageUnavailable
            Where the disk refuses: then nothing may be submitted.
        """
        for path in (self._path, self._script):
            files.make_private_directory(path.parent)
        files.write_private(self._script, script)
        files.write_json(self._path, {**self._facts, "time": iso_time()})

    def close(self, **outcome: str) -> None:
        """Add what became of it: `job_id`, or why it was `refused`."""
        try:
            files.write_json(self._path, {**self._facts, "time": iso_time(), **outcome})
        except StorageUnavailable as error:
            # What became of it is the news, not that it could not be noted; the jobs are found by their tag.
            logger.warning("%s", error)


def consecutive(jobs: Sequence[ArrayJob], longest: int) -> Iterator[Sequence[ArrayJob]]:
    """Split jobs, ascending by number, into runs without gaps of at most `longest`."""
    start = 0
    for end in range(1, len(jobs) + 1):
        full = end - start == longest
        if end == len(jobs) or full or jobs[end].number != jobs[end - 1].number + 1:
            yield jobs[start:end]
            start = end
