"""What ``scontrol show job`` says where squeue says that there is nothing.

That a job is gone has consequences: another one is submitted, a cluster leaves the list. So it is believed
when two commands say so that find it out in different ways: squeue, which needs the name service to know
whose jobs are meant, and scontrol, which is asked by number and does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from ..protocol.errors import SlurmAmbiguous, SlurmRefused
from .jobid import array_ids
from .rows import ENDED
from .run import TIMEOUT_S, ask

_SHOW = ("scontrol", "--all", "--oneliner", "show", "job")
_NO_SUCH_JOB = re.compile(r"Invalid job id specified|\bnot found\b")
_ANY = re.compile(r"^JobId=\d+ |^No jobs in the system", re.MULTILINE)
_IDS = re.compile(r"JobId=(\d+)(?: ArrayJobId=(\d+) ArrayTaskId=(\S+))? ")
_STATE = re.compile(r" JobState=([A-Z_]+)")
_OWNER = re.compile(r" UserId=\S*\((\d+)\)(?= )")
_NAME = re.compile(r" JobName=(\S+) UserId=")


async def still_there(job_ids: Iterable[str], *, timeout_s: float = TIMEOUT_S) -> set[str]:
    """Return those of `job_ids` (``17``, ``17_3``) that slurmctld still has, not ended, as this user's.

    In the end Slurm gives numbers again, to anybody. One scontrol for each job or array, for older versions
    show one at a time.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    wanted = set(job_ids)
    found: set[str] = set()
    for number in array_ids(wanted):
        for line in (await _show(number, timeout_s)).splitlines():
            live = set() if _is_of_another(line) else _live_ids(line)
            found |= {job_id for job_id in wanted if job_id in live or (job_id == str(number) and live)}
    return found


async def jobs_by_tag(*, timeout_s: float = TIMEOUT_S) -> dict[str, set[int]]:
    """Return this user's names of jobs that have not ended, each with the numbers of its jobs or arrays.

    It is a listing of all jobs of the site: for the rare moment before something is given up.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    found: dict[str, set[int]] = {}
    text = await ask(_SHOW, proof=_ANY, timeout_s=timeout_s)
    for number in {_number(line) for line in text.splitlines() if _own_name(line)}:
        # Names are free text, and one may look like a line of its own: what is asked for by number begins
        # with what Slurm writes.
        first = (await _show(number, timeout_s)).partition("\n")[0]
        if (name := _own_name(first)) and _number(first) == number and _live_ids(first):
            found.setdefault(name, set()).add(number)
    return found


async def _show(number: int, timeout_s: float) -> str:
    """Return what scontrol has of a job or an array; nothing where slurmctld says that there is none."""
    try:
        return await ask([*_SHOW, str(number)], proof=_ANY, timeout_s=timeout_s)
    except SlurmRefused as error:
        if _NO_SUCH_JOB.search(error.details or ""):
            return ""
        raise SlurmAmbiguous(error.message, details=error.details) from error


def _live_ids(line: str) -> set[str]:
    """Return the ids of the job, or of the elements, that a line shows, unless they have ended; pure.

    Raises
    ------
    SlurmAmbiguous
        If it is a job of which the line does not say how it is.
    """
    ids = _IDS.match(line)
    if ids is None:
        return set()
    state = _STATE.search(line)
    if state is None:
        raise SlurmAmbiguous("scontrol answered in a way that cannot be read.", details=line)
    if state[1] in ENDED:
        return set()
    number, array, elements = ids.groups()
    if array is None:
        return {number}
    return {f"{array}_{index}" for index in _expanded(elements)}


def _expanded(elements: str) -> Iterable[int]:
    """Return the indices in ``0-2,5`` or ``0-9:3%4``, as scontrol writes the elements that wait."""
    for part in elements.partition("%")[0].split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part)
        if match is None:
            raise SlurmAmbiguous("scontrol names elements in a way that cannot be read.", details=elements)
        yield from range(int(match[1]), int(match[2] or match[1]) + 1, int(match[3] or 1))


def _own_name(line: str) -> str | None:
    """Return the name of the job that a line shows, if it is one word and the job is this user's; pure."""
    name, owners = _NAME.search(line), _OWNER.findall(line)
    return name[1] if name and owners == [str(os.geteuid())] and _IDS.match(line) else None


def _is_of_another(line: str) -> bool:
    """Return whether a line certainly shows another user's job: its free text may name owners too; pure."""
    owners = _OWNER.findall(line)
    return bool(owners) and str(os.geteuid()) not in owners


def _number(line: str) -> int:
    ids = _IDS.match(line)
    if ids is None:
        raise SlurmAmbiguous("scontrol answered in a way that cannot be read.", details=line)
    return int(ids[2] or ids[1])
