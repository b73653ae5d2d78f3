"""What a controller that is gone left in Slurm: cancelled, and asked for again until nothing is left."""

from __future__ import annotations

import asyncio
import dataclasses

from ...protocol.errors import FAULTS_OF_THIS_MACHINE, DaskSlurmError, SlurmRefused
from ...protocol.models import Cluster, iso_time
from ...protocol.models.problem import CANCEL_REFUSED, SLURM_NOT_ASKED, SLURM_UNREACHABLE, ProblemKind
from ...slurm.address.which_cluster import on_cluster
from ...slurm.cluster_jobs import cancel_cluster
from ...system.beside_loop import in_thread
from ...system.event_loop.backoff import Backoff
from ..contact.which_slurm import slurm_cluster_of
from ..handle import ClusterHandle

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
_CODES = {kind.code for kind in (SLURM_UNREACHABLE, SLURM_NOT_ASKED, CANCEL_REFUSED)}


async def cancel_left_jobs(handle: ClusterHandle) -> None:
    """Cancel every job of a cluster without a controller; returns when Slurm has none of them.

    Slurm tells nobody when a job is gone, so it is asked, at growing intervals. While it does not answer, a
    problem stands on the cluster.
    """
    if handle.cluster.backend != "slurm" or not await in_thread(_may_have_jobs, handle):
        return
    pauses = Backoff(FIRST_PAUSE_S, LONGEST_PAUSE_S)
    while True:
        try:
            with on_cluster(await slurm_cluster_of(handle.record)):
                cancelled = await cancel_cluster(handle.id)
            if not cancelled:
                handle.update(_without_problem(handle.cluster))
                return
            pauses.reset()
        except DaskSlurmError as error:
            # Also where this Jupyter has no Slurm at all: the one that submitted had.
            handle.update(_with_problem(handle.cluster, error))
        await asyncio.sleep(pauses.next_s())


def _may_have_jobs(handle: ClusterHandle) -> bool:
    """Return whether something was submitted, as far as is known: intents are on disk before sbatch runs."""
    on_disk = handle.record.on_disk
    try:
        return not on_disk.path.is_dir() or any(on_disk.submissions.glob("*"))
    except OSError:
        return True


def _without_problem(cluster: Cluster) -> Cluster:
    others = tuple(problem for problem in cluster.problems if problem.code not in _CODES)
    return dataclasses.replace(cluster, problems=others)


def _with_problem(cluster: Cluster, error: DaskSlurmError) -> Cluster:
    kind, message = _words(error)
    if any(problem.code == kind.code for problem in cluster.problems):
        return cluster
    problem = kind.problem(
        message,
        "Nothing needs to be done: it is tried again until none of them is left.",
        severity="warning",
        since=iso_time(),
        details=error.details or error.message,
    )
    return dataclasses.replace(cluster, problems=(*_without_problem(cluster).problems, problem))


def _words(error: DaskSlurmError) -> tuple[ProblemKind, str]:
    if isinstance(error, FAULTS_OF_THIS_MACHINE):
        return SLURM_NOT_ASKED, f"{error.message} So this cluster's jobs are not cancelled yet."
    if isinstance(error, SlurmRefused):
        return CANCEL_REFUSED, "Slurm refuses to cancel this cluster's jobs."
    return SLURM_UNREACHABLE, "Slurm does not answer, so this cluster's jobs are not cancelled yet."
