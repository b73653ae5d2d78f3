"""dask-jobqueue's `SLURMCluster` and `SLURMJob`, with submitting and cancelling done by us.

dask-jobqueue renders the script. What differs: all jobs of one scale-up share one script and go into
one job array, and a job that is closed is cancelled together with all others of that moment.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import dask
from dask_jobqueue.slurm import SLURMCluster, SLURMJob
from distributed.core import Status

from ...protocol.errors import DaskSlurmError, SlurmUnavailable
from ...slurm.variables import lines_before
from ..state.jobs import JobTable, TrackedJob
from .base import JobCluster, JobProcess
from .scheduler import ControllerScheduler
from .submitter import Submitter

logger = logging.getLogger(__name__)

FIRST = "JDS_FIRST"
"""Shell variable in the script: the number of the array's first job."""


class SlurmJob(JobProcess, SLURMJob):
    """One Slurm job: an element of the array that its submission became.

    Parameters
    ----------
    submitter : Submitter
        Sends and cancels it, together with others.
    epilogue : sequence of str
        Lines after the worker's command.

    Attributes
    ----------
    tag : str
        The name under which Slurm has it; empty until it is submitted.
    """

    def __init__(
        self,
        scheduler: str | None = None,
        name: str | None = None,
        *,
        submitter: Submitter,
        epilogue: tuple[str, ...] = (),
        **keywords: Any,
    ) -> None:
        prefix, _, number = str(name).rpartition("-")
        # Array indices start at 0 for every array, worker names are never used twice: the script adds up.
        in_script = f"{prefix}-$(({FIRST}+${{SLURM_ARRAY_TASK_ID:-0}}))"
        # The submitter says where logs go; dask-jobqueue would make that directory, for a preview too.
        with dask.config.set({f"jobqueue.{self.config_name}.log-directory": None}):
            super().__init__(scheduler, name=in_script, **keywords)
        self.name = name
        self.tag = ""
        self.number = int(number) if number.isdigit() else 0
        self._epilogue = epilogue
        self._submitter = submitter

    def array_script(self) -> str:
        """Return the script for an array whose first element is this job."""
        lines = self.job_script().splitlines()
        # After the directives, for sbatch reads none below the first command (sbatch(1)).
        last = max((i for i, line in enumerate(lines) if line.startswith(("#!", "#SBATCH"))), default=-1)
        lines[last + 1 : last + 1] = [*lines_before(), f"{FIRST}={self.number}"]
        return "\n".join([*lines, *self._epilogue]) + "\n"

    async def start(self) -> None:
        """Submit the job with all others that are started now (called by Dask).

        Raises
        ------
        SlurmRefused
            Slurm said no; nothing was submitted.
        SlurmUnavailable
            Slurm does not answer; nothing was submitted.
        """
        try:
            await self._submitter.submit(self)
        except DaskSlurmError:
            # Of several arrays an earlier one may have been accepted: then this job exists.
            if self.job_id is None:
                self.status = Status.failed
                raise
        self.status = Status.running

    async def close(self) -> None:
        """Have the job cancelled with all others that are closed now (called by Dask).

        Raises
        ------
        SlurmUnavailable
            It was not; the job stays in Dask's books.
        """
        await self._submitter.cancel(self)
        self.release()


class SlurmCluster(JobCluster, SLURMCluster):
    """A scheduler in this process and jobs in Slurm.

    Parameters
    ----------
    **keywords
        dask-jobqueue's; `processes` must be among them, or names of workers and jobs would not match.
    """

    job_cls: type[SLURMJob] = SlurmJob

    def __init__(self, *, job_table: JobTable, submitter: Submitter, **keywords: Any) -> None:
        self.job_table = job_table
        self._submitter = submitter
        super().__init__(
            submitter=submitter,
            scheduler_cls=ControllerScheduler,
            asynchronous=True,
            silence_logs=False,
            name=job_table.prefix,
            **keywords,
        )

    def first_job(self, address: str) -> SlurmJob:
        """Return the job that is submitted first to a cluster whose scheduler is at `address`."""
        return SlurmJob(address, name=f"{self.job_table.prefix}-0", **self._job_kwargs)

    async def leaves_nothing(self) -> bool:
        """Return whether Slurm has nothing of submissions that were in doubt; what it has is cancelled."""
        return await self._submitter.leaves_nothing()

    async def cancel_again(self, jobs: Sequence[TrackedJob]) -> None:
        """Cancel jobs again that Slurm still has although it took their cancellation."""
        await self._submitter.cancel_again({job.job_id: job.tag for job in jobs if job.job_id})

    async def _close(self) -> None:
        """Cancel what a stalled Slurm made late, then close the scheduler (called by Dask)."""
        try:
            await self._submitter.sweep()
        except SlurmUnavailable as error:
            logger.warning("Whether a late job is left could not be found out: %s", error)
        await super()._close()
