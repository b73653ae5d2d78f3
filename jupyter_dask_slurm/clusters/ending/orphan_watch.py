"""Shows what is left in Slurm of clusters without a record, and cancels it when nobody turns up for it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import shutil
import time

from ...protocol.errors import DaskSlurmError
from ...protocol.models import CONTROLLER_LOST, ErrorInfo, Problem, Record, iso_time
from ...protocol.models.problem import ORPHANED_JOBS
from ...protocol.naming import MOST_NAMED, named
from ...registry import Registry
from ...system.event_loop.background import Background
from ..cluster_list import ClusterList
from ..handle import ClusterHandle
from ..substitute_record import substitute_record
from .endings import Endings
from .find_orphans import OrphanJobs, orphan_jobs, slurm_clusters

log = logging.getLogger(__name__)

# After the first request of a browser: what it wants to see comes first.
FIRST_PAUSE_S = 5.0
# A record may be on its way over a slow file system: so long it may take to turn up.
GRACE_S = 600.0


class OrphanWatch:
    """Asks Slurm every ten minutes for jobs that nobody owns.

    Parameters
    ----------
    registry : Registry
        Where those have records that are owned.
    clusters : ClusterList
        Where orphans are shown.
    endings : Endings
        Cancels their jobs.
    """

    def __init__(self, registry: Registry, clusters: ClusterList, endings: Endings) -> None:
        self._registry = registry
        self._clusters = clusters
        self._endings = endings
        # By the Slurm cluster that has the jobs.
        self._shown: dict[str | None, dict[str, ClusterHandle]] = {}
        self._certain: dict[str | None, set[str]] = {}
        self._watching = Background()

    def begin(self) -> None:
        """Look soon, and from then on; where there is no Slurm, never. Returns at once."""
        if not self._watching.begun and shutil.which("sbatch"):
            self._watching.begin(self._watch())

    async def close(self) -> None:
        """Look no longer."""
        await self._watching.end()

    async def _watch(self) -> None:
        await asyncio.sleep(FIRST_PAUSE_S)
        while True:
            for slurm_cluster in await self._slurm_clusters():
                await self._look(slurm_cluster)
            await asyncio.sleep(GRACE_S)

    async def _slurm_clusters(self) -> list[str | None]:
        """Return where to look: also where something is shown of, whether or not it can be reached."""
        try:
            found = await slurm_clusters()
        except DaskSlurmError as error:
            log.info("It is not known which other Slurm clusters there are: %s", error.message)
            found = [None]
        return list(dict.fromkeys([*found, *self._shown]))

    async def _look(self, slurm_cluster: str | None) -> None:
        try:
            self._compare(slurm_cluster, await orphan_jobs(self._registry, slurm_cluster))
        except DaskSlurmError as error:
            log.info("It is not known whether jobs without a cluster are left: %s", error.message)
            self._doubt(slurm_cluster, error)
        except Exception:
            log.exception("Jobs without a cluster are looked for again")

    def _compare(self, slurm_cluster: str | None, found: list[OrphanJobs]) -> None:
        """Show those that are new, cancel those that were certain at the last look too, drop the others."""
        orphans = {
            orphan.cluster_id: orphan for orphan in found if not self._clusters.owns(orphan.cluster_id)
        }
        before = self._shown.get(slurm_cluster, {})
        shown = {cluster_id: one for cluster_id, one in before.items() if not one.gone.is_set()}
        certain_before = self._certain.get(slurm_cluster, set())
        for cluster_id in shown.keys() - orphans.keys():
            self._clusters.drop(shown.pop(cluster_id))
        for cluster_id, orphan in orphans.items():
            if cluster_id not in shown:
                shown[cluster_id] = self._clusters.add(as_record(orphan, self._registry))
            elif orphan.certain and cluster_id in certain_before:
                log.info("The jobs %s of %s have no cluster: cancelled.", ", ".join(orphan.jobs), cluster_id)
                self._endings.cancel_orphan(shown[cluster_id])
            else:
                _say(shown[cluster_id], _problem(orphan, iso_time()))
        self._shown[slurm_cluster] = shown
        self._certain[slurm_cluster] = {
            cluster_id for cluster_id, orphan in orphans.items() if orphan.certain
        }

    def _doubt(self, slurm_cluster: str | None, error: DaskSlurmError) -> None:
        """Say of what is shown that it is not known any more."""
        for handle in self._shown.get(slurm_cluster, {}).values():
            if not handle.gone.is_set():
                _say(
                    handle,
                    ORPHANED_JOBS.problem(
                        "Jobs without a cluster: whether they are still there is not known now.",
                        f"They are looked for again at {iso_time(time.time() + GRACE_S)}.",
                        since=iso_time(),
                        details=error.details or error.message,
                    ),
                )


def _say(handle: ClusterHandle, problem: Problem) -> None:
    handle.update(dataclasses.replace(handle.cluster, problems=(problem,), updated_at=iso_time()))


def as_record(orphan: OrphanJobs, registry: Registry) -> Record:
    """Return the record that a cluster would have of which only its jobs are left; it is never written."""
    error = ErrorInfo(
        "The cluster is lost: Slurm has jobs of it, and nothing else of it was found.", CONTROLLER_LOST
    )
    record = substitute_record(registry, orphan.cluster_id, error, orphan.since, orphan.slurm_cluster)
    cluster = dataclasses.replace(record.cluster, problems=(_problem(orphan, iso_time()),))
    return dataclasses.replace(record, cluster=cluster)


def _problem(orphan: OrphanJobs, since: str) -> Problem:
    one = len(orphan.jobs) == 1
    they, them = ("it is", "it") if one else ("they are", "them")
    if orphan.certain:
        when = iso_time(time.time() + GRACE_S)
        then = (
            f"{they.capitalize()} cancelled at {when}, unless {'its' if one else 'their'} cluster turns up."
        )
        advice = f"Dismiss this card to cancel {them} now."
    else:
        then = (
            "It cannot be told whether such jobs belong to another Jupyter of yours, so they are left alone."
        )
        advice = f"Dismiss this card to cancel {them}, or let {them} be."
    return ORPHANED_JOBS.problem(
        f"{_without_cluster(orphan)} {then}",
        advice,
        since=since,
        job_ids=tuple(orphan.jobs[:MOST_NAMED]),
        jobs=len(orphan.jobs),
    )


def _without_cluster(orphan: OrphanJobs) -> str:
    job_ids = orphan.jobs
    which = "A job" if len(job_ids) == 1 else f"{len(job_ids)} jobs"
    where = f" in Slurm cluster {orphan.slurm_cluster}" if orphan.slurm_cluster else ""
    return f"{which} without a cluster{where}: {named(job_ids)}{'' if len(job_ids) > MOST_NAMED else '.'}"
