"""Ask Slurm which jobs there are.

A job that is missing from an answer of `jobs` is probably not in the queue any more; whether that is so, and
how it ended, says `end_states.end_states`. Errors of `run.ask` pass through: no answer is never taken for an
empty queue. Whose jobs are meant is said, and checked in each row, by number: names may be unknown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from ..protocol.errors import SlurmAmbiguous, SlurmRefused, SlurmUnavailable
from ..protocol.tags import TAG
from ..system.event_loop.slices import in_slices
from . import second_source
from .jobid import array_ids
from .rows import ENDED, FORMAT, HEADER, TAGGED_FORMAT, JobRow, parse_rows
from .run import TIMEOUT_S, ask
from .submission import cancel

# --all: jobs in hidden partitions too, or they would look gone. -r: one row for each element of an array.
# The header is what tells an answer from none.
_SQUEUE = ("squeue", "--all", "--array")
_NO_SUCH_JOB = "Invalid job id specified"
_NO_SUCH_USER = "Invalid user"
_ALL_NODES = "%F|%K|%N"
_ALL_NODES_HEADER = re.compile(r"^ARRAY_JOB_ID\|", re.MULTILINE)
_NAME_HEADER = re.compile(r"^NAME *$", re.MULTILINE)


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


async def find_or_rule_out(
    tags: Collection[str], *, ended: bool = False, timeout_s: float = TIMEOUT_S
) -> dict[str, JobRow]:
    """Do as `find_by_tag`, and believe that there is nothing when a second source says so too.

    For the moments in which a wrong "nothing" costs most: a submission counts as failed, a cluster as gone.

    Raises
    ------
    SlurmUnavailable
        As `find_by_tag`; also where the sources contradict each other. Nothing is known: ask again.
    """
    found = await find_by_tag(tags, ended=ended, timeout_s=timeout_s)
    if tags and not found and (there := tags & (await second_source.jobs_by_tag(timeout_s=timeout_s)).keys()):
        raise contradiction(there)
    return found


def contradiction(jobs_or_tags: Collection[str]) -> SlurmAmbiguous:
    """Return the error for what squeue does not list, and scontrol has."""
    return SlurmAmbiguous(
        "squeue and scontrol contradict each other.",
        details=f"squeue does not list what scontrol shows: {', '.join(sorted(jobs_or_tags)[:10])}",
    )


async def find_tags(*, timeout_s: float = TIMEOUT_S) -> set[str]:
    """Return the tags that names of this user's queued and running jobs look like.

    Names are free text, so this is a hint: whoever acts on it asks again by `find_by_tag`.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    text = await ask_for_own(["--format=%j"], proof=_NAME_HEADER, timeout_s=timeout_s)
    return {line for line in text.splitlines() if TAG.fullmatch(line)}


async def cancel_tagged(
    job_ids: Iterable[str], tags: Collection[str], *, timeout_s: float = TIMEOUT_S
) -> list[str]:
    """Cancel those of `job_ids` that are this user's and carry one of `tags`; return their ids.

    Slurm reuses ids in the end, and a record may be wrong: user and name are asked for right before scancel.
    An id that neither squeue nor scontrol has among them has no job any more, or one that is not ours. A job
    may stay for a while as ``COMPLETING``: ask the queue when it is gone. Repeating is harmless.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        As `submission.cancel`; also where squeue does not list what scontrol has. Cancel again later.
    """
    wanted = set(job_ids)
    found = await find_by_tag(tags, timeout_s=timeout_s) if wanted else {}
    ours = sorted(job_id for job_id in found if job_id in wanted or job_id.split("_")[0] in wanted)
    await cancel(ours, timeout_s=timeout_s)
    unseen = wanted - found.keys() - {job_id.split("_")[0] for job_id in found}
    if hidden := await _of_tags(unseen, tags, timeout_s):
        raise contradiction(hidden)
    return ours


async def _of_tags(job_ids: set[str], tags: Collection[str], timeout_s: float) -> set[str]:
    """Return those that scontrol has, and that are this user's under one of `tags`."""
    there = await second_source.still_there(job_ids, timeout_s=timeout_s)
    if not there:
        return set()
    names = await second_source.jobs_by_tag(timeout_s=timeout_s)
    numbers = {number for tag in tags for number in names.get(tag, ())}
    return {job_id for job_id in there if array_ids([job_id])[0] in numbers}


async def ask_for_own(words: list[str], *, proof: re.Pattern[str], timeout_s: float) -> str:
    """Ask squeue about this user's jobs; about everybody's where it does not know that there is such a user.

    With a user Slurm sends few rows (without, some hundred thousand on a large site), but squeue looks for
    the number in the name service, which may be away or not have it. Whoever asks checks whose the rows are.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        As `run.ask`.
    """
    try:
        of_user = [*_SQUEUE, f"--user={os.geteuid()}", *words]
        return await ask(of_user, proof=proof, timeout_s=timeout_s)
    except (SlurmAmbiguous, SlurmRefused) as error:
        if _NO_SUCH_USER not in (error.details or ""):
            raise
    return await ask([*_SQUEUE, *words], proof=proof, timeout_s=timeout_s)


async def _squeue(filters: list[str], fields: str, *, ended: bool, timeout_s: float) -> list[JobRow]:
    states = ["--states=all"] if ended else []
    try:
        text = await ask_for_own([*states, *filters, f"--Format={fields}"], proof=HEADER, timeout_s=timeout_s)
    except SlurmRefused as error:
        # Asked for one job that it has forgotten, squeue fails; asked for several, it leaves them out.
        # Any other refusal to a question tells nothing.
        if _NO_SUCH_JOB in (error.details or ""):
            return []
        raise SlurmAmbiguous(error.message, details=error.details) from error
    rows = [row async for row in in_slices(parse_rows(text)) if row.uid == os.geteuid()]
    rows = await _with_all_nodes(rows)
    # Without --states=all squeue shows jobs for a moment in the state in which they ended.
    return rows if ended else [row for row in rows if row.state not in ENDED]


async def _with_all_nodes(rows: list[JobRow]) -> list[JobRow]:
    """Return the rows with whole lists of nodes: squeue cuts them, for what is wide is so in each row."""
    cut = [row.job_id for row in rows if row.has_more_nodes]
    if not cut:
        return rows
    words = [f"--jobs={','.join(map(str, array_ids(cut)))}", f"--format={_ALL_NODES}"]
    try:
        text = await ask_for_own(words, proof=_ALL_NODES_HEADER, timeout_s=TIMEOUT_S)
    except (SlurmUnavailable, SlurmRefused):
        # All else that is known of them counts.
        return rows
    whole: dict[str, str] = {}
    for line in text.splitlines():
        array, _, rest = line.partition("|")
        index, _, nodes = rest.partition("|")
        whole[f"{array}_{index}" if index.isdigit() else array] = nodes
    return [
        replace(row, node=whole[row.job_id], has_more_nodes=False) if whole.get(row.job_id) else row
        for row in rows
    ]
