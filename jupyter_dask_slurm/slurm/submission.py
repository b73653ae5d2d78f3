"""Send jobs to Slurm and take them away again: sbatch and scancel.

Neither repeats anything by itself. Who calls `submit` writes its intent (with the tag that becomes the job's
name) to disk first, and after `SlurmAmbiguous` looks the tag up (`queue.find_by_tag`) before it sends again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..protocol.errors import SlurmAmbiguous, SlurmRefused
from .address.variables import job_environment
from .address.which_cluster import addressed, check_is_chosen
from .jobid import compress
from .refusals import WAITS, words_of
from .run import TIMEOUT_S, Answer, run_in_turn

_PARSABLE = re.compile(r"(\d+)(?:;([\w.-]+))?", re.ASCII)
_GONE = ("Invalid job id", "already completing or completed", "Job/step already")
_IDS_PER_CALL = 500


def sbatch_command(options: Mapping[str, str]) -> list[str]:
    """Return the command line of a submission, with each option as one ``--name=value``.

    Options given here beat the ``#SBATCH`` lines of the script (sbatch(1)).
    """
    return addressed(["sbatch", "--parsable", *(f"--{name}={value}" for name, value in options.items())])


async def submit(
    script: str,
    options: Mapping[str, str],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    hear: Callable[[str], None] = lambda _words: None,
) -> str:
    """Send one script to sbatch by its standard input and return the job id.

    Parameters
    ----------
    script : str
        The job script with its ``#SBATCH`` lines.
    options : mapping of str to str
        Long options without their dashes, for example ``{"job-name": tag, "array": "0-9"}``.
    environment : mapping, optional
        What the job inherits; by default this process's own without Slurm's variables.
    directory : Path, optional
        The job's working directory.
    hear : callable, optional
        Called with what a site's plugin says to a submission that Slurm takes.

    Returns
    -------
    str
        The job id; of an array, that of the whole array.

    Raises
    ------
    SlurmMissing, SlurmUnreachable
        Nothing was sent.
    SlurmAmbiguous
        The job may exist: look it up by its name. So it is too where sbatch would wait inside itself.
    SlurmNotYet
        Slurm said no, and may say yes later.
    SlurmRefused
        Slurm said no; `details` has its words.
    """
    answer = await run_in_turn(
        sbatch_command(options),
        stdin=script,
        environment=job_environment(environment),
        directory=directory,
        timeout_s=timeout_s,
        until=WAITS,
    )
    job_id = parse_submission(answer)
    if said := words_of(answer.stderr):
        hear(said)
    return job_id


def parse_submission(answer: Answer) -> str:
    """Return the job id from the last line that ``sbatch --parsable`` wrote.

    Only a whole line counts: banners of sites and plugins may hold digits. Where two lines look like an id,
    nobody can tell which one is: a wrong one would leave the real job to itself.
    """
    matches = [_PARSABLE.fullmatch(line.strip()) for line in answer.stdout.strip().splitlines()]
    match = matches[-1] if sum(map(bool, matches)) == 1 else None
    if match is None:
        words = "\n".join(filter(None, [answer.stdout.strip(), answer.stderr.strip()]))
        raise SlurmAmbiguous("sbatch ended well but named no job.", details=words or None)
    check_is_chosen(match[2])
    return match[1]


async def cancel(job_ids: Iterable[str], *, timeout_s: float = TIMEOUT_S) -> None:
    """Cancel jobs by their ids; those that Slurm has no more are no error.

    Elements of one array become one expression (``17_[0-9,12]``), for each costs slurmctld a request.
    Slurm does not say when they are gone: ask the queue. `queue.cancel_tagged` checks first whose they are.

    Raises
    ------
    SlurmUnavailable
        As `run.run`; repeating is harmless.
    SlurmRefused
        Slurm refused to cancel some of them; the others are cancelled.
    """
    expressions = compress(job_ids)
    for first in range(0, len(expressions), _IDS_PER_CALL):
        await _cancel(expressions[first : first + _IDS_PER_CALL], timeout_s)


async def _cancel(expressions: list[str], timeout_s: float) -> None:
    try:
        # No filter beside the ids: with --user or --name, Slurm 22.05 cancels every pending element of an
        # array of which one was named (tried). Whose the jobs are is asked beforehand, in
        # `queue.cancel_tagged`.
        await run_in_turn(["scancel", *expressions], timeout_s=timeout_s)
    except SlurmRefused as error:
        lines = (error.details or "").splitlines()
        refused = [line for line in lines if line.strip() and not any(gone in line for gone in _GONE)]
        if refused:
            raise SlurmRefused("Slurm refused to cancel.", details="\n".join(refused)) from error
