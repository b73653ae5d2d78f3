"""The jobs of one cluster, without its controller: found, traced to where they came from, cancelled.

Jobs are found by their names (tags), so that even a lost record does not leave them running. Names are free
text: they are only a hint of which tags exist. What is cancelled is what Slurm, asked by whole tag and by
user, says is ours, and it is asked again right before scancel.

A tag names a cluster but not where it stands on disk. A user may have several such places, each with clusters
of its own, so a job is only taken for one of ours where its log or its script lies below our directory.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..protocol.errors import SlurmRefused
from ..protocol.tags import TAG, cluster_of
from . import second_source
from .jobid import array_ids
from .queue import ask_for_own, cancel_tagged, contradiction, find_by_tag, find_tags
from .rows import HEADER, JobRow
from .run import TIMEOUT_S, run_in_turn

# Longer paths are cut, and then tell nothing.
_PATH_WIDTH = 1024
_ROW = re.compile(r"(\d+) *\|(.*)\|")


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
    jobs, by two sources; until then, repeat.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        Not all is cancelled; repeat later.
    """
    tags = await _tags_of(cluster_id, timeout_s)
    found = await find_by_tag(tags, timeout_s=timeout_s)
    cancelled = await cancel_tagged(found, tags, timeout_s=timeout_s)
    if not cancelled:
        shown = await second_source.jobs_by_tag(timeout_s=timeout_s)
        if hidden := {tag for tag in shown if TAG.fullmatch(tag) and cluster_of(tag) == cluster_id}:
            raise contradiction(hidden)
    return cancelled


async def jobs_by_cluster(
    tags: Collection[str], *, timeout_s: float = TIMEOUT_S
) -> dict[str, dict[str, JobRow]]:
    """Return the queued and running jobs of these tags, by cluster id and job id.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    found: dict[str, dict[str, JobRow]] = {}
    for job_id, row in (await find_by_tag(tags, timeout_s=timeout_s)).items():
        if row.tag:
            found.setdefault(cluster_of(row.tag), {})[job_id] = row
    return found


async def _tags_of(cluster_id: str, timeout_s: float) -> set[str]:
    return {tag for tag in await find_tags(timeout_s=timeout_s) if cluster_of(tag) == cluster_id}


async def log_patterns(job_ids: Collection[str], *, timeout_s: float = TIMEOUT_S) -> dict[str, str]:
    """Return where jobs write their output, by the id of the job or of its whole array; as sbatch was told.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    numbers = ",".join(map(str, array_ids(job_ids)))
    fields = f"ArrayJobID:16|,STDOUT:{_PATH_WIDTH}|"
    words = [f"--jobs={numbers}", f"--Format={fields}"]
    try:
        text = await ask_for_own(words, proof=HEADER, timeout_s=timeout_s)
    except SlurmRefused:
        # It has forgotten them meanwhile.
        return {}
    rows = map(_ROW.fullmatch, text.splitlines())
    # In these patterns a percent sign is written twice (sbatch(1), FILENAME PATTERN).
    return {row[1]: row[2].rstrip().replace("%%", "%") for row in rows if row}


async def batch_script(job_id: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """Return the script of a queued or running job; empty where Slurm has it no more.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    try:
        answer = await run_in_turn(["scontrol", "write", "batch_script", job_id, "-"], timeout_s=timeout_s)
    except SlurmRefused:
        return ""
    return answer.stdout
