"""Job ids as Slurm writes them: ``17`` alone, ``17_3`` for one element of an array."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

_ID = re.compile(r"(\d{1,10})(?:_(\d{1,10}))?", re.ASCII)


def split_id(job_id: str) -> tuple[int, int | None]:
    """Return the number of the job or array, and the element's index if it is one.

    Raises
    ------
    ValueError
        If it is no job id.
    """
    match = _ID.fullmatch(job_id)
    if match is None:
        raise ValueError(f"{job_id!r} is no Slurm job id")
    return int(match[1]), None if match[2] is None else int(match[2])


def array_ids(job_ids: Iterable[str]) -> list[int]:
    """Return the numbers of the jobs and arrays that these belong to, ascending, each once."""
    return sorted({split_id(job_id)[0] for job_id in job_ids})


def compress(job_ids: Iterable[str]) -> list[str]:
    """Write many ids in few words: elements of one array as ``17_[0-4,7]``.

    A whole job or array (``17``) covers its elements.
    """
    parts = sorted(
        {split_id(job_id) for job_id in job_ids},
        key=lambda part: (part[0], -1 if part[1] is None else part[1]),
    )
    expressions = []
    for number, group in groupby(parts, key=lambda part: part[0]):
        indices = [index for _, index in group]
        if indices[0] is None:
            expressions.append(str(number))
        elif len(indices) == 1:
            expressions.append(f"{number}_{indices[0]}")
        else:
            expressions.append(f"{number}_[{_ranges([index for index in indices if index is not None])}]")
    return expressions


def _ranges(ascending: list[int]) -> str:
    words = []
    for _, group in groupby(enumerate(ascending), key=lambda pair: pair[1] - pair[0]):
        run = [index for _, index in group]
        words.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ",".join(words)
