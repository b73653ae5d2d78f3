"""dask-jobqueue's `SLURMCluster` and `SLURMJob`, with submitting and cancelling done by us.

dask-jobqueue renders the script. What differs: all jobs of one scale-up share one script and go into
one job array, and a job that is closed is cancelled together with all others of that moment.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from dask_jobqueue.slurm import SLURMCluster, SLURMJob
from distributed.core import Status

from ...protocol.errors import DaskSlurmError, SlurmUnavailable
from ...slurm.address.variables import lines_before
from ...slurm.script.several_nodes import NODE, srun
from ..state.jobs import JobTable, TrackedJob
from .base import JobCluster, JobProcess
from .scheduler import ControllerScheduler
from .srun_here import Sender

logger = logging.getLogger(__name__)

FIRST = "JDS_FIRST"
"""Shell variable in the script: the number of the array's first job."""

WORKER = "jds"
"""Shell function in the script: runs Python as ``python -m``, in directories of the job's own."""


ON_NODE = "JDS_ON_NODE"
"""Shell variable in the script of a job of several nodes: what a shell on each of them runs."""


@contextmanager
def told_all() -> Iterator[None]:
    """Keep dask-jobqueue from looking into its configuration for what it is not told.

    `options.configured` has read that, and may have left something out. Of its directories one would be made
    for a preview too, and the other is shared by all, which is none to import from.
    """
    default: Any = next(part["jobqueue"]["slurm"] for part in dask.config.defaults if "jobqueue" in part)
    nothing: dict[str, Any] = {key: [] if isinstance(value, list) else None for key, value in default.items()}
    kept = {key: default[key] for key in ("name", "shebang", "worker-command", "scheduler-options")}
    with dask.config.set({"jobqueue": {"slurm": {**nothing, **kept}}}):
        yield


class SlurmJob(JobProcess, SLURMJob):
    """One Slurm job: an element of the array that its submission became.

    Parameters
    ----------
    submitter : Sender
        Sends and cancels it, together with others.
    archive : Path
        Runs the worker's command (`controller.worker_start`).
    python : str
        What starts Python, as the script has it.
    place : str, optional
        Where the workers' directory shall be, as one word of the script.
    epilogue : sequence of str
        Lines after the worker's command.
    nodes : int, optional
        On so many nodes the worker's command runs.
    step_cpus : int, optional
        With so many CPUs on each, by srun, where the script is run in an allocation that is there already.

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
        submitter: Sender,
        archive: Path,
        python: str,
        place: str | None = None,
        epilogue: tuple[str, ...] = (),
        nodes: int = 1,
        step_cpus: int | None = None,
        **keywords: Any,
    ) -> None:
        prefix, _, number = str(name).rpartition("-")
        # Array indices start at 0 for every array, worker names are never used twice: the script adds up.
        in_script = f"{prefix}-$(({FIRST}+${{SLURM_ARRAY_TASK_ID:-0}}))"
        by_srun = nodes > 1 or step_cpus is not None
        worker = f'{srun(nodes, step_cpus)} bash -c "${ON_NODE}" {WORKER}' if by_srun else WORKER
        with told_all():
            super().__init__(scheduler, name=in_script, python=worker, **_with_quoted_tls(keywords))
        self.name = name
        self.tag = ""
        self.number = int(number) if number.isdigit() else 0
        # Of an allocation that is there already another cluster may have the same nodes.
        of = prefix if step_cpus is not None else ""
        self._prologue = _prologue(python, archive, place, of, by_srun=by_srun, several_nodes=nodes > 1)
        self._epilogue = epilogue
        self._submitter = submitter

    def array_script(self) -> str:
        """Return the script for an array whose first element is this job."""
        lines = self.job_script().splitlines()
        # After the directives, for sbatch reads none below the first command (sbatch(1)).
        last = max((i for i, line in enumerate(lines) if line.startswith(("#!", "#SBATCH"))), default=-1)
        lines[last + 1 : last + 1] = [*lines_before(), f"{FIRST}={self.number}", *self._prologue]
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


def _prologue(
    python: str, archive: Path, place: str | None, of: str, *, by_srun: bool, several_nodes: bool
) -> list[str]:
    """Return the lines that have workers run in a directory of their own, and that removed."""
    # A Python takes notice of PYTHONPATH before anything else can; `worker_start` does so when it is safe.
    told = f'{f"JDS_PLACE={place} " if place else ""}JDS_PYTHONPATH="$PYTHONPATH" PYTHONPATH='
    told += f" JDS_NODE=${NODE}" if several_nodes else ""
    told += f" JDS_OF={shlex.quote(of)}" if of else ""
    # Slurm ends this shell and its workers together: it waits for them, then removes what they have left.
    wait = "trap 'exit 143' TERM"
    lines = [
        f'{WORKER}() {{ {told} {python} {shlex.quote(str(archive))} "$@"; }}',
        wait,
        f"trap '{WORKER} --clear' EXIT",
    ]
    if by_srun:
        # The nodes have directories of their own, and shells of their own look after them.
        on_each = "; ".join([*lines, f'{WORKER} "$@"'])
        lines = [f"{ON_NODE}={shlex.quote(on_each)}", wait]
    return ["umask 077", *lines]


def _with_quoted_tls(keywords: dict[str, Any]) -> dict[str, Any]:
    """Return dask-jobqueue's keywords with the paths of the key pair, which may hold spaces, as words."""
    security = keywords.pop("security", None)
    if security is None:
        return keywords
    arguments = list(keywords.get("worker_extra_args") or ())
    for key, value in security.get_tls_config_for_role("worker").items():
        if key != "ciphers":  # for which there is no argument
            arguments += [f"--tls-{key.replace('_', '-')}", shlex.quote(str(value))]
    return {**keywords, "worker_extra_args": arguments}


class SlurmCluster(JobCluster, SLURMCluster):
    """A scheduler in this process and jobs in Slurm.

    Parameters
    ----------
    **keywords
        dask-jobqueue's; `processes` must be among them, or names of workers and jobs would not match.
    """

    job_cls: type[SLURMJob] = SlurmJob

    def __init__(self, *, job_table: JobTable, submitter: Sender, **keywords: Any) -> None:
        self.job_table = job_table
        self._submitter = submitter
        with told_all():
            super().__init__(
                submitter=submitter,
                scheduler_cls=ControllerScheduler,
                asynchronous=True,
                silence_logs=False,
                name=job_table.prefix,
                **keywords,
            )

    @property
    def without_slurm(self) -> bool:
        """Whether jobs start and end without Slurm's being asked: in an allocation that is there already."""
        return self._submitter.without_slurm

    def first_job(self, address: str) -> SlurmJob:
        """Return the job that is submitted first to a cluster whose scheduler is at `address`."""
        return SlurmJob(address, name=f"{self.job_table.prefix}-0", **self._job_kwargs)

    async def sweep(self) -> list[str]:
        """Cancel jobs that belong to nobody; return their ids."""
        return await self._submitter.sweep()

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
