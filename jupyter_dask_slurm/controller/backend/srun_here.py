"""Workers in an allocation that is there already: a job's script is run here, and srun starts them.

It stands where `submitter.Submitter` does for clusters that send jobs. The allocation is the controller's own
job, or one that a user has made (salloc(1), a batch script): nothing is submitted, and it is never cancelled.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ...protocol.directory import ClusterDirectory, job_log
from ...protocol.errors import MachineFault, Unprocessable
from ...slurm.address.allocation_here import AllocationHere, allocation_here
from ...slurm.address.variables import job_environment
from ...slurm.script.sbatch_options import words_of
from ...system import clock, files
from ...system.event_loop.background import Background
from ...system.event_loop.first_of import first_of
from ..state.jobs import End, JobTable, SlurmView
from .events import BackendEvents
from .submitter import ArrayJob

logger = logging.getLogger(__name__)

END_S = 20.0
"""So long srun and the job's script may take to end, in seconds, before they are killed."""

_ENDS_WITH_US = """\
exec 3<&0 </dev/null >>"$0" 2>>"$1"
shift
{ read -r _ <&3; kill -TERM 0; } &
exec 3<&- "$@"
"""
"""Has a script and all that it started end when the pipe from this process closes, whatever closes it."""


class Sender(Protocol):
    """What puts jobs where they run, and takes them away.

    Attributes
    ----------
    without_slurm : bool
        Whether jobs start and end without Slurm's being asked.
    """

    without_slurm: bool

    async def submit(self, job: ArrayJob) -> None:
        """Start a job."""

    async def cancel(self, job: ArrayJob) -> None:
        """Have a job end."""

    async def cancel_again(self, tags: Mapping[str, str]) -> None:
        """Have jobs end that are still there; `tags` by job id."""

    async def leaves_nothing(self) -> bool:
        """Return whether nothing is left of what may have been started without our knowing."""

    async def sweep(self) -> list[str]:
        """End what is left of that; return the ids of those jobs."""

    def take_over(self) -> None:
        """Have what another controller of the cluster has started swept; called once, before all else."""


class SrunHere:
    """Runs the script of a job in the allocation that this process is in.

    Parameters
    ----------
    on_disk : ClusterDirectory
        Where scripts are kept.
    logs : Path
        Where their output goes.
    events : BackendEvents
        Told when one has ended.
    """

    without_slurm = True

    def __init__(
        self, job_table: JobTable, on_disk: ClusterDirectory, logs: Path, events: BackendEvents
    ) -> None:
        self._job_table = job_table
        self._on_disk = on_disk
        self._logs = logs
        self._events = events
        self._running: dict[str, Process] = {}
        self._watching = Background()
        self._count = 0

    async def submit(self, job: ArrayJob) -> None:
        """Run the script of a job.

        Raises
        ------
        Unprocessable
            This process is in no allocation.
        StorageUnavailable, MachineFault
            It could not be run.
        """
        found = allocation_here(os.environ)
        if found is None:
            raise Unprocessable("This host gives no nodes: the controller runs in no Slurm job.")
        tracked = self._job_table.jobs[job.name]
        for other in [other for other in self._job_table if other.job_id == found.name and not other.live]:
            # The same allocation once more; what it costs counts from its start.
            self._job_table.drop(other.name)
        stdout, stderr = (job_log(self._logs, found.name, stream) for stream in ("stdout", "stderr"))
        process = await self._start(job.array_script(), found, stdout, stderr)
        self._running[job.name] = process
        job.job_id = tracked.job_id = found.name
        tracked.stdout, tracked.stderr = stdout, stderr
        tracked.seen = SlurmView("RUNNING")
        self._watching.begin(self._watch(job.name, process))

    async def _start(self, script: str, found: AllocationHere, stdout: str, stderr: str) -> Process:
        path = self._on_disk.script(self._count)
        self._count += 1
        files.make_private_directory(path.parent)
        files.write_private(path, script)
        shell = words_of(script.partition("\n")[0].removeprefix("#!")) or ["/bin/bash"]
        # What an srun around this process has set would change what ours is asked for.
        environ = {**job_environment(), "SLURM_JOB_ID": found.number, "SLURM_JOBID": found.number}
        command = ["/bin/bash", "-c", _ENDS_WITH_US, stdout, stderr, *shell, str(path)]
        try:
            return await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, env=environ, start_new_session=True
            )
        except OSError as error:
            raise MachineFault("The workers could not be started.", details=str(error)) from error

    async def _watch(self, name: str, process: Process) -> None:
        code = await process.wait()
        # What it has left in the background ends too.
        _close(process)
        job = self._job_table.jobs[name]
        self._running.pop(name, None)
        if job.live:
            state = "CANCELLED" if job.cancelling else "COMPLETED" if code == 0 else "FAILED"
            self._events.job_ended.emit(job, End(state, clock.now(), f"{max(code, 0)}:{max(-code, 0)}"))

    async def cancel(self, job: ArrayJob) -> None:
        """Have the script of a job end, and its workers with it; returns when it has ended."""
        process = self._running.get(job.name)
        if process is None:
            return
        _close(process)
        await first_of(process.wait(), seconds=END_S)
        if process.returncode is None:
            _kill(process)

    async def cancel_again(self, tags: Mapping[str, str]) -> None:
        """Kill what did not end when it was told to; all are of the one allocation."""
        for process in list(self._running.values()):
            _kill(process)

    async def leaves_nothing(self) -> bool:
        """Return that there is never anything without our knowing."""
        return True

    async def sweep(self) -> list[str]:
        """Return that there is never anything to be ended."""
        return []

    def take_over(self) -> None:
        """Do nothing: what another controller has started here has ended with it (`_ENDS_WITH_US`)."""


def _close(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
