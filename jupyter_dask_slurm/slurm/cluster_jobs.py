"""The jobs of one cluster, found and cancelled where its controller is dead.

Jobs are found by their names (tags), so that even a lost record does not leave them running. Names are free
text: they are only a hint of which tags exist. What is cancelled is what Slurm, asked by whole tag and by
user, says is ours, and it is asked again right before scancel.
"""

from __future__ import annotations

from .queue import cancel_tagged, cluster_of, find_by_tag, find_tags
from .rows import JobRow
from .run import TIMEOUT_S


async def jobs_of_cluster(cluster_id: str, *, timeout_s: float = TIMEOUT_S) -> dict[str, JobRow]:
    """Return the queued and running jobs of a cluster, by id, whatever its record says.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    return await find_by_tag(await _tags_of(cluster_id, timeout_s), timeout_s=timeout_s)


async def cancel_cluster(cluster_id: str, *, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Cancel all jobs of a cluster whose controller is dead; return their ids.

    Doing it twice, or from two places at once, does no harm. An empty list says that Slurm has none of its
    jobs; until then, repeat.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        Not all is cancelled; repeat later.
    """
    tags = await _tags_of(cluster_id, timeout_s)
    found = await find_by_tag(tags, timeout_s=timeout_s)
    return await cancel_tagged(found, tags, timeout_s=timeout_s)


async def clusters_with_jobs(*, timeout_s: float = TIMEOUT_S) -> dict[str, dict[str, JobRow]]:
    """Return the queued and running jobs of this user that carry a tag, by cluster id and job id.

    For finding those of which there is no record: two squeue calls, however many.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    found: dict[str, dict[str, JobRow]] = {}
    for job_id, row in (await find_by_tag(await find_tags(timeout_s=timeout_s), timeout_s=timeout_s)).items():
        if row.tag:
            found.setdefault(cluster_of(row.tag), {})[job_id] = row
    return found


async def _tags_of(cluster_id: str, timeout_s: float) -> set[str]:
    return {tag for tag in await find_tags(timeout_s=timeout_s) if cluster_of(tag) == cluster_id}
