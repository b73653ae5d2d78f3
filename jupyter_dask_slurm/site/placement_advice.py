"""What speaks against a controller on this host: what would end it there, or keeps nodes from reaching it."""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Mapping
from pathlib import Path

from ..checks.limits import Limits
from ..protocol.errors import DaskSlurmError, StorageUnavailable
from ..slurm import queue
from ..slurm.address.variables import own_token
from ..slurm.address.which_cluster import chosen, on_cluster
from ..slurm.enclosing import CGROUP, job_id_in, logout_ends_us, service_that_ends_us
from ..system.beside_loop import in_thread
from .interface_check.last_report import last_report
from .interface_check.report import CheckReport

MAX_AGE_S = 60.0
"""A job's walltime can be changed while it runs."""


class PlacementAdvice:
    """Finds out whether controllers are better in jobs of their own than here.

    Parameters
    ----------
    limits : Limits
        What is not allowed is not proposed.
    shared : Path
        Where the last check of the interfaces is kept.
    """

    def __init__(self, limits: Limits, shared: Path) -> None:
        self._limits = limits
        self._shared = shared
        self._asking = asyncio.Lock()
        self._known: tuple[str, ...] = ()
        self._known_at: float | None = None

    async def reasons(self) -> tuple[str, ...]:
        """Return why a controller should not be here, in sentences; none too where it cannot be in a job."""
        allowed = "job" in self._limits.allowed_controller_placements and self._limits.remote_channel
        if not allowed or own_token() is not None:
            return ()
        async with self._asking:
            if self._known_at is None or time.monotonic() - self._known_at > MAX_AGE_S:
                self._known = await self._look()
                # Afterwards: a Slurm that hangs is not asked again as soon as it has been waited for.
                self._known_at = time.monotonic()
            return self._known

    async def _look(self) -> tuple[str, ...]:
        report = await in_thread(self._report)
        if report is not None and report.cannot_call_nodes:
            return ()
        found = [
            await job_ends(os.environ),
            cpu_limit(resource.getrlimit(resource.RLIMIT_CPU)[0]),
            service_ends(await service_that_ends_us(CGROUP)),
            _LOGOUT if await logout_ends_us(CGROUP) else None,
            _UNREACHED if report is not None and report.is_unreached else None,
        ]
        return tuple(filter(None, found))

    def _report(self) -> CheckReport | None:
        try:
            return last_report(self._shared)
        except StorageUnavailable:
            return None


_LOGOUT = "This host ends what you have started when you log out."
_UNREACHED = "Compute nodes reach this host by none of its interfaces, as the last check of them has found."


async def job_ends(environ: Mapping[str, str]) -> str | None:
    """Return with which Slurm job this process ends, in a sentence; None where it is in none."""
    job_id = job_id_in(environ)
    if job_id is None:
        return None
    try:
        # It need not be in the Slurm cluster that has our jobs.
        with on_cluster(environ.get("SLURM_CLUSTER_NAME") if chosen() else None):
            row = (await queue.jobs([job_id])).get(job_id)
    except ValueError:  # no id at all
        return None
    except DaskSlurmError:
        return f"Jupyter runs in Slurm job {job_id}, with which all ends that runs here."
    # What a shell has kept of a job that is over tells nothing.
    if row is None or row.started_at is None:
        return None
    when = f" That is at {row.ends_at}." if row.ends_at is not None else ""
    return f"Jupyter runs in Slurm job {job_id}, with which all ends that runs here.{when}"


def cpu_limit(seconds: int) -> str | None:
    """Return what a limit of CPU time does, in a sentence; None where there is none. Pure."""
    if seconds == resource.RLIM_INFINITY:
        return None
    amount = f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds} s"
    return f"This host ends each process after {amount} of CPU time (ulimit -t)."


def service_ends(unit: str | None) -> str | None:
    """Return with which service a controller would end, in a sentence. Pure."""
    if unit is None:
        return None
    return f"Jupyter runs in the service {unit}: when that stops, all ends that runs here."
