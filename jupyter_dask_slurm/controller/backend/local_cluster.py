"""The backend for machines without Slurm: a job is a group of worker processes on this host."""

from __future__ import annotations

import asyncio
import logging
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from distributed import Nanny
from distributed.core import Status
from distributed.security import Security

from ...protocol.errors import DaskSlurmError, MachineFault, Unprocessable
from ...protocol.scaling import JobSize
from ...system import clock
from ...system.beside_loop import in_thread
from ...system.event_loop.background import Background
from ...system.faults import as_known, of_shared_memory
from ..state.jobs import End, JobTable, SlurmView, TrackedJob
from ..worker_start import use_directory
from .base import JobCluster, JobProcess
from .events import BackendEvents
from .scheduler import ControllerScheduler

LOOPBACK = "127.0.0.1"
_NANNIES = logging.getLogger("distributed.nanny")


class LocalJob(JobProcess):
    """`size.processes` workers with their nannies, started and ended together."""

    def __init__(
        self,
        scheduler: str,
        name: str,
        *,
        job_table: JobTable,
        size: JobSize,
        events: BackendEvents,
        **nanny: Any,
    ) -> None:
        super().__init__(scheduler=scheduler, name=name)
        self._scheduler = scheduler
        self._job: TrackedJob = job_table.jobs[name]
        self._size = size
        self._events = events
        self._nanny_options = nanny
        self._nannies: list[Nanny] = []
        self._watching = Background()

    async def start(self) -> None:
        """Start the workers; returns when all have registered."""
        self._job.job_id = "local_" + self._job.name.rpartition("-")[2]
        self._job.seen = SlurmView(
            "RUNNING",
            node=socket.gethostname(),
            cores=self._size.cores,
            memory_bytes=self._size.memory_bytes,
            started=clock.now(),
        )
        self._nannies = [self._new_nanny(name) for name in self._job.workers]
        heard = _Heard()
        try:
            with heard:
                await asyncio.gather(*self._nannies)
        except Exception as error:
            self.status = Status.failed
            self._job.job_id = None
            await self._close_nannies()
            raise _as_known(error, heard.errors) from error
        self._watching.begin(self._watch())
        await super().start()

    def _new_nanny(self, name: str) -> Nanny:
        return Nanny(
            self._scheduler,
            name=name,
            nthreads=self._size.cores // self._size.processes,
            memory_limit=self._size.memory_bytes // self._size.processes,
            dashboard=False,
            # A worker listens for HTTP whatever is asked; on loopback it reaches nobody else.
            dashboard_address=f"{LOOPBACK}:0",
            **self._nanny_options,
        )

    async def _watch(self) -> None:
        await asyncio.gather(*(nanny.finished() for nanny in self._nannies))
        if self._job.live:
            self._events.job_ended.emit(self._job, End("FAILED", clock.now()))

    async def close(self) -> None:
        """End the workers and wait for it."""
        # Asked for: what the watcher would report is no event.
        self._job.end = self._job.end or End("CANCELLED", clock.now())
        await self._close_nannies()
        await super().close()

    async def _close_nannies(self) -> None:
        await asyncio.gather(*(nanny.close(reason="job-ended") for nanny in self._nannies))


def _as_known(error: Exception, heard: Sequence[BaseException]) -> DaskSlurmError:
    """Return what users can read of why nannies have not started; they tell their log more than us."""
    for fault in map(as_known, (error, *heard)):
        if isinstance(fault, MachineFault):
            return fault
    details = "\n".join(dict.fromkeys([str(error), *(f"{type(one).__name__}: {one}" for one in heard)]))
    no_memory = of_shared_memory()
    if no_memory is not None:
        return MachineFault(f"The workers could not be started: {no_memory}", details=details)
    return Unprocessable("The workers could not be started.", details=details)


class _Heard(logging.Handler):
    """What nannies complain of while they start: why there is no process they say to their log alone."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the error."""
        if record.exc_info and record.exc_info[1] is not None:
            self.errors.append(record.exc_info[1])

    def __enter__(self) -> None:
        _NANNIES.addHandler(self)

    def __exit__(self, *_exception: object) -> None:
        _NANNIES.removeHandler(self)


class LocalCluster(JobCluster):
    """A scheduler and groups of workers, all on this host and speaking over loopback."""

    def __init__(
        self,
        *,
        job_table: JobTable,
        size: JobSize,
        security: Security | None,
        events: BackendEvents,
        own_directory: Path,
        interface: str | None = None,
        scheduler_options: dict[str, Any] | None = None,
    ) -> None:
        self.job_table = job_table
        protocol = "tls://" if security else "tcp://"
        place = {"interface": interface} if interface else {"host": LOOPBACK}
        common = {"security": security, "protocol": protocol, **place}
        job = {
            **common,
            "job_table": job_table,
            "size": size,
            "events": events,
            "local_directory": str(own_directory),
            "env": environment_of_workers(own_directory),
        }
        self._own_directory = own_directory
        super().__init__(
            scheduler={"cls": ControllerScheduler, "options": {**common, **(scheduler_options or {})}},
            worker={"cls": LocalJob, "options": job},
            security=security,
            asynchronous=True,
            name=job_table.prefix,
        )

    async def end(self) -> None:
        """Close the scheduler, and remove what the workers have left."""
        await super().end()
        await in_thread(shutil.rmtree, self._own_directory, ignore_errors=True)


def environment_of_workers(own_directory: Path) -> dict[str, str]:
    """Return the variables by which workers, and what they use, write into a directory of their own."""
    environment: dict[str, str] = {}
    use_directory(environment, own_directory)
    return environment
