"""From which of our directories a job was submitted, by the path of its log or by its script.

A tag names a cluster but not where it stands on disk. A user may have several such places, each with clusters
of its own, so a job is only taken for one of ours where its log or its script lies below our directory.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ..protocol.errors import SlurmRefused
from .jobid import array_ids
from .run import TIMEOUT_S, run_in_turn

# Longer paths are cut, and then tell nothing.
_PATH_WIDTH = 1024
_ROW = re.compile(r"(\d+) *\|(.*)\|")


async def log_patterns(job_ids: Collection[str], *, timeout_s: float = TIMEOUT_S) -> dict[str, str]:
    """Return where jobs write their output, by the id of the job or of its whole array; as sbatch was told.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    numbers = ",".join(map(str, array_ids(job_ids)))
    fields = f"ArrayJobID:16|,STDOUT:{_PATH_WIDTH}|"
    command = ["squeue", "--me", "--all", "--noheader", f"--jobs={numbers}", f"--Format={fields}"]
    try:
        answer = await run_in_turn(command, timeout_s=timeout_s)
    except SlurmRefused:
        # It has forgotten them meanwhile.
        return {}
    rows = map(_ROW.fullmatch, answer.stdout.splitlines())
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
