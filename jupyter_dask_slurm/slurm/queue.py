"""Ask Slurm which jobs there are.

A job that is missing from an answer of `jobs` is not in the queue any more; how it ended says
`end_states.end_states`. Errors of `run.run` pass through: no answer is never taken for an empty queue.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..protocol.errors import SlurmRefused
from .jobid import array_ids
from .rows import ENDED, FORMAT, TAGGED_FORMAT, JobRow, parse_rows
from .run import TIMEOUT_S, run_in_turn
from .submission import cancel

TAG = re.compile(r"jds-[a-z0-9][a-z0-9-]{0,80}-\d{1,9}", re.ASCII)
"""What our job names look like: ``jds-<cluster id>-<number of the submission>``."""

# --all: jobs in hidden partitions too, or they would look gone. -r: one row for each element of an array.
_SQUEUE = ("squeue", "--me", "--all", "--array", "--noheader")
_NO_SUCH_JOB = "Invalid job id specified"


async def jobs(
    job_ids: Iterable[str], *, ended: bool = False, timeout_s: float = TIMEOUT_S
) -> dict[str, JobRow]:
    """Return what Slurm has of these jobs, by id; a whole array's id (``17``) stands for all its elements.

    One squeue, however many ids. Ids that Slurm does not know (any more) are not in the answer.

    Parameters
    ----------
    job_ids : iterable of str
        ``17`` or ``17_3``.
    ended : bool, optional
        Also those that ended less than ``MinJobAge`` ago.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    wanted = set(job_ids)
    if not wanted:
        return {}
    numbers = ",".join(map(str, array_ids(wanted)))
    rows = await _squeue([f"--jobs={numbers}"], FORMAT, ended=ended, timeout_s=timeout_s)
    return {row.job_id: row for row in rows if row.job_id in wanted or row.job_id.split("_")[0] in wanted}


async def find_by_tag(
    tags: Collection[str], *, ended: bool = False, timeout_s: float = TIMEOUT_S
) -> dict[str, JobRow]:
    """Return this user's jobs whose whole name is one of `tags`, by id; each row has its `tag`.

    Slurm compares the names, so that nothing in another job's name can forge a row.

    Raises
    ------
    ValueError
        If one is not a tag as we make them.
    SlurmUnavailable
        No answer; nothing is known.
    """
    for tag in tags:
        if not TAG.fullmatch(tag):
            raise ValueError(f"{tag!r} is no tag of ours")
    if not tags:
        return {}
    names = ",".join(sorted(tags))
    rows = await _squeue([f"--name={names}"], TAGGED_FORMAT, ended=ended, timeout_s=timeout_s)
    return {row.job_id: row for row in rows if row.tag in tags}


async def find_tags(*, timeout_s: float = TIMEOUT_S) -> set[str]:
    """Return the tags that names of this user's queued and running jobs look like.

    Names are free text, so this is a hint: whoever acts on it asks again by `find_by_tag`.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    answer = await run_in_turn([*_SQUEUE, "--format=%j"], timeout_s=timeout_s)
    return {line for line in answer.stdout.splitlines() if TAG.fullmatch(line)}


def cluster_of(tag: str) -> str:
    """Return the cluster id that a tag names.

    Raises
    ------
    ValueError
        If it is no tag of ours.
    """
    if not TAG.fullmatch(tag):
        raise ValueError(f"{tag!r} is no tag of ours")
    return tag.removeprefix("jds-").rpartition("-")[0]


async def cancel_tagged(
    job_ids: Iterable[str], tags: Collection[str], *, timeout_s: float = TIMEOUT_S
) -> list[str]:
    """Cancel those of `job_ids` that are this user's and carry one of `tags`; return their ids.

    Slurm reuses ids in the end, and a record may be wrong: user and name are asked for right before scancel.
    An id that is not in the answer has no job any more, or one that is not ours. A job may stay for a while
    as ``COMPLETING``: ask the queue when it is gone. Repeating is harmless.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        As `submission.cancel`; cancel again later.
    """
    wanted = set(job_ids)
    found = await find_by_tag(tags, timeout_s=timeout_s) if wanted else {}
    ours = sorted(job_id for job_id in found if job_id in wanted or job_id.split("_")[0] in wanted)
    await cancel(ours, timeout_s=timeout_s)
    return ours


async def _squeue(filters: list[str], fields: str, *, ended: bool, timeout_s: float) -> list[JobRow]:
    states = ["--states=all"] if ended else []
    try:
        answer = await run_in_turn([*_SQUEUE, *states, *filters, f"--Format={fields}"], timeout_s=timeout_s)
    except SlurmRefused as error:
        # Asked for one job that it has forgotten, squeue fails; asked for several, it leaves them out.
        if _NO_SUCH_JOB in (error.details or ""):
            return []
        raise
    rows = parse_rows(answer.stdout)
    # Without --states=all squeue shows jobs for a moment in the state in which they ended.
    return rows if ended else [row for row in rows if row.state not in ENDED]
