"""How jobs ended: asked from Slurm, told apart, and said in plain words.

``squeue --states=all`` knows a job for ``MinJobAge`` (usually 300 s) after its end. After that only
accounting (sacct) remembers, where there is one. An element of an array that is cancelled while it waits
leaves no trace in either (22.05, tried): it is `UNKNOWN`, and whoever saw it waiting a moment ago may take it
for cancelled, for one that started is remembered. That squeue does not list a job is not believed before
scontrol has none either.
"""

from __future__ import annotations

import pwd
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from ..protocol.errors import SlurmRefused, SlurmUnavailable
from .installation.hostlist import nodes_in
from .jobid import array_ids
from .queue import contradiction, jobs
from .rows import ENDED, JobRow, parse_exit_code
from .run import TIMEOUT_S, ask
from .second_source import still_there
from .units import parse_time

Kind = Literal["completed", "cancelled", "walltime", "memory", "node", "preempted", "failed", "unknown"]
UNKNOWN = "UNKNOWN"

_SACCT = (
    *("sacct", "--allocations", "--parsable2"),
    "--format=JobID,State,ExitCode,Start,End,NodeList",
)
_SACCT_HEADER = re.compile(r"^JobID\|State\|", re.MULTILINE)
_KINDS: dict[str, Kind] = {
    "COMPLETED": "completed",
    "CANCELLED": "cancelled",
    "REVOKED": "cancelled",
    "TIMEOUT": "walltime",
    "DEADLINE": "walltime",
    "OUT_OF_MEMORY": "memory",
    "NODE_FAIL": "node",
    "BOOT_FAIL": "node",
    "RECONFIG_FAIL": "node",
    "LAUNCH_FAILED": "node",
    "PREEMPTED": "preempted",
    "FAILED": "failed",
}
_TEXTS: dict[str, str] = {
    "COMPLETED": "It ended by itself.",
    "REVOKED": "Another cluster of this federation runs it.",
    "TIMEOUT": "It reached its walltime.",
    "DEADLINE": "It reached its deadline.",
    "OUT_OF_MEMORY": "It used more memory than it had asked for.",
    "NODE_FAIL": "Its node failed.",
    "BOOT_FAIL": "Its node did not boot.",
    "RECONFIG_FAIL": "Its node could not be set up.",
    "LAUNCH_FAILED": "It could not be launched on its node.",
    "PREEMPTED": "A job with higher priority took its place.",
}


@dataclass(frozen=True)
class EndState:
    """How a job ended; `state` is Slurm's word, or ``UNKNOWN`` where nobody remembers the job."""

    job_id: str
    state: str
    reason: str | None = None
    exit_code: str | None = None
    cancelled_by: str | None = None
    node: str | None = None
    started_at: str | None = None
    ended_at: str | None = None

    @property
    def kind(self) -> Kind:
        """What kind of end it was, for deciding what to do next.

        A job that was killed by SIGKILL counts as ``memory``, for so Slurm's OverMemoryKill and Linux
        itself end one that takes too much. `text` does not claim it; stderr may.
        """
        if self.state == "FAILED" and (self.reason == "OutOfMemory" or self._sigkilled):
            return "memory"
        return _KINDS.get(self.state, "unknown")

    @property
    def _sigkilled(self) -> bool:
        return self.exit_code == "0:9"

    @property
    def text(self) -> str:
        """Say it in plain words."""
        if self.state == "CANCELLED":
            return f"It was cancelled by {self.cancelled_by}." if self.cancelled_by else "It was cancelled."
        if self.state == "FAILED" and self._sigkilled:
            return "It was killed (signal 9), as happens to one that uses more memory than it has."
        if self.kind == "memory":
            return _TEXTS["OUT_OF_MEMORY"]
        if self.state == "FAILED":
            return f"It failed: {_exit_text(self.exit_code)}."
        if self.state == "NODE_FAIL" and len(nodes_in(self.node)) > 1:
            return f"A node of {self.node} failed, and Slurm ended the job on all of them."
        return _TEXTS.get(self.state, "How it ended is not known.")


async def end_states(job_ids: Iterable[str], *, timeout_s: float = TIMEOUT_S) -> dict[str, EndState]:
    """Return how these jobs ended, by id; those that have not ended are left out.

    Ids that nobody remembers are ``UNKNOWN``, which is no error. At most one squeue and one sacct, and for
    what squeue does not know one scontrol for each job or array.

    Raises
    ------
    SlurmUnavailable
        slurmctld does not answer, or squeue and scontrol contradict each other; nothing is known.
    """
    wanted = set(job_ids)
    rows = await jobs(wanted, ended=True, timeout_s=timeout_s)
    ends = {row.job_id: _from_row(row) for row in rows.values() if row.ended}
    # A whole array that is asked for (``17``) is answered by its elements.
    missing = wanted - rows.keys() - {job_id.split("_")[0] for job_id in rows}
    if there := await still_there(missing, timeout_s=timeout_s):
        raise contradiction(there)
    cancelled = {job_id for job_id, end in ends.items() if end.state == "CANCELLED"}
    for job_id, accounted in (await _from_accounting(missing | cancelled, timeout_s)).items():
        known = ends.get(job_id)
        ends[job_id] = replace(known, cancelled_by=accounted.cancelled_by) if known else accounted
    return ends | {job_id: EndState(job_id, UNKNOWN) for job_id in missing if job_id not in ends}


def parse_sacct(text: str) -> dict[str, EndState]:
    """Read what sacct wrote for our format; pure. Jobs that have not ended are left out."""
    ends = {}
    for line in text.splitlines():
        parts = line.split("|")
        if len(parts) != 6 or not re.fullmatch(r"\d+(?:_\d+)?", parts[0]):
            continue
        job_id, words, exit_code, start, end, node = parts
        state, _, by = words.partition(" by ")
        if state in ENDED:
            node_name = None if node in {"", "None assigned"} else node
            ends[job_id] = EndState(
                job_id,
                state,
                exit_code=parse_exit_code(exit_code),
                cancelled_by=_user(by),
                node=node_name,
                started_at=parse_time(start),
                ended_at=parse_time(end),
            )
    return ends


def _from_row(row: JobRow) -> EndState:
    return EndState(
        job_id=row.job_id,
        state=row.state,
        reason=row.reason,
        exit_code=row.exit_code,
        node=row.node,
        started_at=row.started_at,
        ended_at=row.ends_at,
    )


async def _from_accounting(job_ids: set[str], timeout_s: float) -> dict[str, EndState]:
    if not job_ids:
        return {}
    numbers = ",".join(map(str, array_ids(job_ids)))
    # Without accounting sacct says so by itself and asks nobody: it costs some milliseconds.
    with suppress(SlurmRefused, SlurmUnavailable):
        text = await ask([*_SACCT, f"--jobs={numbers}"], proof=_SACCT_HEADER, timeout_s=timeout_s)
        return {job_id: end for job_id, end in parse_sacct(text).items() if job_id in job_ids}
    return {}


def _user(uid: str) -> str | None:
    if not uid.isdigit():
        return uid or None
    try:
        return pwd.getpwuid(int(uid)).pw_name
    except KeyError:
        return f"user {uid}"


def _exit_text(exit_code: str | None) -> str:
    code, _, signal_number = (exit_code or "").partition(":")
    if signal_number not in {"", "0"}:
        return f"killed by signal {signal_number}"
    return f"exit code {code}" if code else "Slurm gives no exit code"
