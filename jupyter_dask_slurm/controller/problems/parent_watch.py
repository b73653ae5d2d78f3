"""Finds out what this process was started in and will end with: a Slurm job, or a service of systemd."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...protocol.errors import DaskSlurmError
from ...slurm import queue
from ...slurm.address.which_cluster import chosen, on_cluster
from ...slurm.enclosing import CGROUP, job_id_in, service_that_ends_us
from ...slurm.end_states import end_states
from ...system import clock
from ..state.slurm_time import SlurmTime
from ..state.state import ClusterState, Parent

# A job's walltime can be changed while it runs; nobody is told.
LOOK_AGAIN_S = 600.0
# Where Slurm did not answer.
ASK_AGAIN_S = 60.0


class ParentWatch:
    """Keeps `ClusterState.parent` true.

    Parameters
    ----------
    slurm_time : SlurmTime
        How Slurm's clock goes.
    """

    def __init__(self, state: ClusterState, slurm_time: SlurmTime) -> None:
        self._state = state
        self._slurm_time = slurm_time

    async def run(self) -> None:
        """Look until it is certain that no job or service ends this process, or until cancelled."""
        while (found := await find_parent(os.environ, CGROUP, self._slurm_time)) is not None:
            known = self._state.parent
            if known is not None:
                found = replace(found, found_at=known.found_at, ends_at=found.ends_at or known.ends_at)
            if found != known:
                self._state.parent = found
                self._state.changed.emit()
            if not found.is_job:
                return
            await asyncio.sleep(LOOK_AGAIN_S if found.ends_at is not None else ASK_AGAIN_S)
        if self._state.parent is not None:
            self._state.parent = None
            self._state.changed.emit()


async def find_parent(environ: Mapping[str, str], cgroup: Path, slurm_time: SlurmTime) -> Parent | None:
    """Return the Slurm job, else the service, that this process runs in."""
    return await _job(environ, slurm_time) or await _service(cgroup)


async def _job(environ: Mapping[str, str], slurm_time: SlurmTime) -> Parent | None:
    job_id = job_id_in(environ)
    if job_id is None:
        return None
    try:
        # It need not be in the Slurm cluster that has our jobs.
        with on_cluster(environ.get("SLURM_CLUSTER_NAME") if chosen() else None):
            row = (await queue.jobs([job_id])).get(job_id)
            if row is None:
                await end_states([job_id])  # raises where it is there nevertheless
    except ValueError:  # no id at all
        return None
    except DaskSlurmError:
        return Parent(True, job_id, clock.now())
    # What a shell has kept of a job that is over tells nothing.
    if row is None or row.started_at is None:
        return None
    return Parent(True, job_id, clock.now(), slurm_time.ours(row.ends_at))


async def _service(cgroup: Path) -> Parent | None:
    unit = await service_that_ends_us(cgroup)
    return Parent(False, unit, clock.now()) if unit is not None else None
