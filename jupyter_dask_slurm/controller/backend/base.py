"""What both backends have in common: Dask's `SpecCluster`, with the books kept by us.

`SpecCluster` starts and closes whatever `worker_spec` names. It is told what to name by
`reconcile.decide.decide` alone: Dask's own reactions (replace after failure, cancel 15 s after a worker
was lost, names chosen by free number) are switched off here, for they know nothing of a queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from distributed.core import Status
from distributed.deploy.cluster import Cluster
from distributed.deploy.spec import ProcessInterface, SpecCluster
from distributed.security import Security

from ...protocol.errors import DaskSlurmError
from ...protocol.models import Credentials
from ...system.event_loop.slices import in_slices
from ..state.jobs import JobTable, TrackedJob
from .scheduler import ControllerScheduler


class JobProcess(ProcessInterface):
    """One job as Dask sees it: something that is started, named and closed."""

    def release(self) -> None:
        """Mark as closed without asking anybody to end it: it is gone already, or never was."""
        self.status = Status.closed
        self._event_finished.set()


class _MadeAlready:
    """What Dask takes for the class of a job that there is already."""

    def __init__(self, process: JobProcess) -> None:
        self._process = process

    def __call__(self, _address: str, **_options: Any) -> JobProcess:
        """Return the job (called by Dask)."""
        return self._process


class JobCluster(SpecCluster):
    """The interface between controller and backend.

    Attributes
    ----------
    job_table : JobTable
        The jobs; shared with the controller.
    scheduler : ControllerScheduler
        Dask's scheduler, in this process, once the cluster was awaited.
    """

    job_table: JobTable
    scheduler: ControllerScheduler

    @property
    def without_slurm(self) -> bool:
        """Whether jobs start and end without Slurm's being asked."""
        return True

    async def add(self, jobs: Sequence[TrackedJob]) -> None:
        """Start `jobs`; those that could not be started are forgotten by Dask, and the reason is raised.

        Raises
        ------
        DaskSlurmError
            The first reason why a job was not started.
        """
        # Dask would make them without a pause, and thousands take a while.
        made = {job.name: self._make(job.name) async for job in in_slices(jobs)}
        # But enter all of them at once: what starts in one turn of the loop is one submission.
        for name, new in made.items():
            self.worker_spec[name] = {"cls": _MadeAlready(new), "options": {}}
        try:
            await self._correct_state()
        finally:
            for job in jobs:
                process = self.workers.get(job.name)
                if process is None or process.status == Status.failed:
                    self.forget(job.name)

    def _make(self, name: str) -> JobProcess:
        """Return a new job, as Dask makes it of `new_spec`."""
        address = getattr(self.scheduler, "contact_address", None) or self.scheduler.address
        spec: Any = self.new_spec
        made: JobProcess = spec["cls"](address, **{**spec["options"], "name": name})
        return made

    async def remove(self, jobs: Sequence[TrackedJob]) -> None:
        """End `jobs`, whatever runs on them; returns when that was asked for.

        Raises
        ------
        DaskSlurmError
            They were not; ask again.
        """
        for job in jobs:
            self.worker_spec.pop(job.name, None)
        try:
            await self._correct_state()
        except DaskSlurmError:
            # Dask would close them with the next job that it starts, and not start that one if it cannot.
            self.worker_spec.update({job.name: self.new_spec for job in jobs if job.name in self.workers})
            raise

    async def cancel_again(self, jobs: Sequence[TrackedJob]) -> None:
        """End jobs that are still there although their end was asked for; processes of ours always end.

        Raises
        ------
        DaskSlurmError
            They were not; ask again.
        """

    async def sweep(self) -> list[str]:
        """End what belongs to nobody of what was started; return the ids of those jobs.

        Raises
        ------
        DaskSlurmError
            Nothing is known, or not all is ended; sweep again.
        """
        return []

    async def leaves_nothing(self) -> bool:
        """Return whether nothing is left of what may have been started without our knowing.

        Raises
        ------
        DaskSlurmError
            Nothing is known; ask again.
        """
        return True

    async def end(self) -> None:
        """Close the scheduler; all jobs must be gone."""
        if self.scheduler.status in (Status.closing, Status.closed):
            # A client has shut it down. Dask would try for 30 s to reach it, to tell it so.
            self.shutdown_scheduler = False
        await self._close()

    def forget(self, name: str) -> None:
        """Take a job that is gone out of Dask's books, so that they hold no ghost."""
        self.worker_spec.pop(name, None)
        process = self.workers.pop(name, None)
        if process is not None:
            process.release()

    def _update_worker_status(self, op: str, msg: Any) -> None:
        # SpecCluster would cancel the whole job 15 s after one of its workers was lost.
        Cluster._update_worker_status(self, op, msg)  # noqa: SLF001 - its own superclass

    async def _sync_cluster_info(self) -> None:
        # Dask copies its widget's state to the scheduler each second; there is no widget here.
        return


def security_from(credentials: Credentials | None) -> Security | None:
    """Return Dask's security with the cluster's one key pair in every role; None for no TLS."""
    if credentials is None:
        return None
    roles = ("scheduler", "worker", "client")
    return Security(
        require_encryption=True,
        tls_ca_file=credentials.ca_file,
        **{f"tls_{role}_cert": credentials.cert for role in roles},
        **{f"tls_{role}_key": credentials.key for role in roles},
    )
