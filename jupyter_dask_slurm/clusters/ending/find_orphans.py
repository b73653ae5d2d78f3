"""Jobs in Slurm that carry our tags while no record and no controller speaks for them. Changes nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ...protocol.directory import CHECKS, CLUSTERS
from ...protocol.errors import StorageUnavailable
from ...protocol.tags import cluster_of
from ...registry import CLUSTER_ID, Registry
from ...site.interface_check.report import LIMIT_S as CHECK_LIMIT_S
from ...slurm.address.which_cluster import chosen, on_cluster
from ...slurm.cluster_jobs import batch_script, jobs_by_cluster, log_patterns
from ...slurm.installation.other_clusters import other_clusters
from ...slurm.queue import find_tags
from ...slurm.rows import COMPLETING, JobRow
from ...system.beside_loop import in_thread
from ...system.files import check_private_directory
from ...system.processes import runs


@dataclass(frozen=True)
class OrphanJobs:
    """The jobs of one cluster that nobody owns.

    `certain` says that they were submitted from our shared directory: the path of their log, or their script,
    names it. Where neither does, the jobs may belong to another Jupyter of the same user. `slurm_cluster` is
    the Slurm cluster that has them, None the one of this host: with its ids, it says which jobs they are.
    """

    cluster_id: str
    jobs: tuple[str, ...]
    since: str | None
    certain: bool
    slurm_cluster: str | None = None


async def slurm_clusters() -> list[str | None]:
    """Return the Slurm clusters that may have jobs of ours: that of this host (None), then the others.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        It is not known which there are.
    """
    return [None, *await other_clusters()]


async def orphan_jobs(registry: Registry, slurm_cluster: str | None = None) -> list[OrphanJobs]:
    """Return what was left in Slurm of clusters below this shared directory, and what nobody can tell of.

    One call of squeue where each job has its cluster.

    Parameters
    ----------
    slurm_cluster : str, optional
        Where to look; None is the Slurm of this host.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    StorageUnavailable
        The disk does not say which clusters there are.
    """
    with on_cluster(slurm_cluster):
        return await _orphan_jobs(registry)


async def _orphan_jobs(registry: Registry) -> list[OrphanJobs]:
    tags = await find_tags()
    # After Slurm has answered: the directory of a cluster is there before its first job is.
    found_jobs = await jobs_by_cluster(await in_thread(_without_owner, registry, tags))
    unowned = {
        cluster_id: rows for cluster_id, all_rows in found_jobs.items() if (rows := _going_on(all_rows))
    }
    if not unowned:
        return []
    patterns = await log_patterns([job_id for rows in unowned.values() for job_id in rows])
    found = []
    for cluster_id, rows in unowned.items():
        certain = await _is_ours(registry.shared, cluster_id, next(iter(rows)), patterns)
        if certain is not None:
            since = min((row.submitted_at for row in rows.values() if row.submitted_at), default=None)
            found.append(OrphanJobs(cluster_id, tuple(sorted(rows)), since, certain, chosen()))
    return found


def _without_owner(registry: Registry, tags: Collection[str]) -> set[str]:
    """Return the tags of clusters for which no record and no controller speaks."""
    cluster_ids = {cluster_of(tag) for tag in tags}
    left = {
        cluster_id
        for cluster_id in cluster_ids
        if CLUSTER_ID.fullmatch(cluster_id) and not _has_owner(registry, cluster_id)
    }
    return {tag for tag in tags if cluster_of(tag) in left}


def _going_on(rows: Mapping[str, JobRow]) -> dict[str, JobRow]:
    """Return the jobs but for those that are ending: these are somebody's doing already."""
    return {job_id: row for job_id, row in rows.items() if row.state not in COMPLETING}


def _has_owner(registry: Registry, cluster_id: str) -> bool:
    return registry.has_record(cluster_id) or runs(registry.on_disk(cluster_id).controller_archive)


async def _is_ours(shared: Path, cluster_id: str, job_id: str, patterns: Mapping[str, str]) -> bool | None:
    """Return whether a job is certainly ours; None where it certainly is not, or has just gone."""
    place = f"/{CLUSTERS}/{cluster_id}/"
    directory, named, _ = patterns.get(job_id.partition("_")[0], "").partition(place)
    if named:
        ours = await in_thread(_same, Path(directory or "/"), shared)
    else:
        # Logs may be wanted elsewhere; the script of an encrypted cluster names its certificate.
        script = await batch_script(job_id)
        check = shared / CHECKS / cluster_id
        if names_path(script, f"{check}/"):
            return True if await in_thread(_is_abandoned, check) else None
        if script and place not in script and f"/{CHECKS}/{cluster_id}/" not in script:
            return False
        ours = names_path(script, f"{shared}{place}")
    return await in_thread(_is_private, shared) if ours else None


def _is_private(shared: Path) -> bool:
    """Return whether the shared directory is the one that it was.

    A home directory that is not mounted has no records, nor has what another user puts in its place.
    """
    try:
        check_private_directory(shared)
    except StorageUnavailable:
        return False
    return True


def names_path(script: str, beginning: str) -> bool:
    """Return whether a word of a script is, or sets something to, a path that begins so."""
    return re.search(rf"""(?:^|[\s='"]){re.escape(beginning)}""", script, re.MULTILINE) is not None


def _is_abandoned(check: Path) -> bool:
    """Return whether nobody waits any more for the jobs of a check of the interfaces."""
    try:
        # Also from the future, where the clock was set back. They are cancelled only after a second look.
        return abs(time.time() - check.stat().st_mtime) > 2 * CHECK_LIMIT_S
    except OSError:
        return not check.exists()


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()
