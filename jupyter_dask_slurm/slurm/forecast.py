"""What Slurm would say to a submission, without one: ``sbatch --test-only``.

A weak witness: it takes what would never start for good (walltimes over a partition's limit), refuses some of
what sbatch takes (see `refusals.may_pass`), and each call uses up a job id. It writes to stderr
``sbatch: Job 17 to start at 2026-11-21T04:00:00 using …``.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..protocol.errors import SlurmRefused
from ..protocol.models import iso_time
from ..system.clean_environment import clean_environment
from .address.variables import job_environment
from .run import run_in_turn

START = re.compile(r"to start at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")


@dataclass(frozen=True)
class Forecast:
    """When Slurm would start a job (ISO 8601 in UTC), or in which words it refuses it; None where unknown."""

    start: str | None = None
    refusal: str | None = None
    answered: bool = True


async def forecast(script: str, command: Sequence[str], *, directory: Path | None = None) -> Forecast:
    """Return what Slurm says to what this script and command would submit.

    Parameters
    ----------
    command : sequence of str
        As `submission.sbatch_command` makes it; nothing is submitted.

    Raises
    ------
    SlurmUnavailable
        It does not answer.
    """
    # Jupyter asks, so the environment is Jupyter's, and sbatch sends it along.
    environment = job_environment(clean_environment(os.environ))
    test = [command[0], "--test-only", *command[1:]]
    try:
        answer = await run_in_turn(test, stdin=script, environment=environment, directory=directory)
    except SlurmRefused as error:
        return Forecast(refusal=error.details or error.message)
    return Forecast(start=parse_start(answer.stderr + answer.stdout))


def parse_start(words: str) -> str | None:
    """Return the time that Slurm names, which is this host's local time, as ISO 8601 in UTC."""
    found = START.search(words)
    if found is None:
        return None
    return iso_time(time.mktime(time.strptime(found[1], "%Y-%m-%dT%H:%M:%S")))
