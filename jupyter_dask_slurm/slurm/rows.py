"""One row of squeue, and how it is read: only fields that Slurm itself writes.

Job names, comments and paths are free text that may hold line breaks and our separator, so that rows could be
forged with them; they are never asked for here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..protocol.errors import SlurmAmbiguous
from .units import parse_slurm_memory, parse_time, parse_walltime

PENDING = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT"})
RUNNING = frozenset({"RUNNING", "CONFIGURING", "SUSPENDED", "STOPPED", "RESIZING", "SIGNALING"})
COMPLETING = frozenset({"COMPLETING", "STAGE_OUT"})
ENDED = frozenset(
    {
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        "LAUNCH_FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
    }
    | {"PREEMPTED", "RECONFIG_FAIL", "REVOKED", "TIMEOUT", "EXPIRED"}
)
KNOWN_STATES = PENDING | RUNNING | COMPLETING | ENDED

# squeue cuts a field at its width; the widths are far beyond what Slurm writes.
_NODES_WIDTH = 256
_FIELDS = (
    ("ArrayJobID", 16),
    ("ArrayTaskID", 16),
    ("State", 24),
    ("Partition", 128),
    ("NodeList", _NODES_WIDTH),
    ("NumCPUs", 16),
    ("tres-alloc", 256),
    ("tres-per-node", 256),
    ("tres-per-job", 256),
    ("SubmitTime", 32),
    ("StartTime", 32),
    ("EndTime", 32),
    ("TimeLimit", 24),
    ("RestartCnt", 12),
    ("exit_code", 12),
    ("UserID", 16),
    ("Reason", 256),
)
HEADER = re.compile(r"^ARRAY_JOB_ID *\|", re.MULTILINE)
"""What squeue writes above its rows, also above none; the first field of all our questions is ArrayJobID."""
FORMAT = ",".join(f"{name}:{width}|" for name, width in _FIELDS)
TAGGED_FORMAT = f"{FORMAT},Name:256|"
"""With the name as last field: only for queries in which Slurm itself lets no names but ours through."""
_EXIT_CODE = re.compile(r"(\d{1,3}):(\d{1,3})", re.ASCII)
_WAIT_STATUS = re.compile(r"\d{1,5}", re.ASCII)
# Rows of an array differ in few fields: what is read of the others is remembered.
_same_in_many_rows = lru_cache(maxsize=256)
_GPU = re.compile(r"(?:gres[:/])?gpu(?:[:=].*)?")


@dataclass(frozen=True)
class JobRow:
    """What Slurm says about one job or one element of an array; times are ISO 8601 in UTC.

    `node` is the one that it runs on, or several as Slurm writes them (``n[1-2]``); cores, memory and GPUs
    are those of all. `state` is Slurm's word as it is; whether it is one that we know is `known`.
    `started_at` is None while the job waits, `expected_start_at` after it has started, and `ends_at` is the
    walltime's end, or when the job ended. `uid` is the number of the user whose it is. `has_more_nodes` says
    that squeue has cut the list of nodes, of which the last names are missing then.
    """

    job_id: str
    state: str
    reason: str | None
    partition: str | None
    node: str | None
    cores: int
    memory_bytes: int
    gpus: int
    submitted_at: str | None
    expected_start_at: str | None
    started_at: str | None
    ends_at: str | None
    walltime_s: int | None
    restarts: int
    exit_code: str | None
    uid: int
    tag: str | None = None
    has_more_nodes: bool = False

    @property
    def known(self) -> bool:
        """Whether this version of us knows what the state means; an unknown one is never "dead"."""
        return self.state in KNOWN_STATES

    @property
    def ended(self) -> bool:
        """Whether the job is over for certain."""
        return self.state in ENDED


def parse_rows(text: str) -> Iterator[JobRow]:
    """Read what squeue wrote a row at a time: of thousands that takes a while; pure.

    Lines that do not start with an id are banners of the site and left out.

    Raises
    ------
    SlurmAmbiguous
        If a row does not have our fields: leaving it out would make its job look gone.
    """
    for line in text.splitlines():
        row = _parse_row(line)
        if row is not None:
            yield row


def _parse_row(line: str) -> JobRow | None:
    parts = [part.strip() for part in line.rstrip().removesuffix("|").split("|")]
    if len(parts) < 2 or not parts[0].isdigit():
        return None
    if len(parts) not in (len(_FIELDS), len(_FIELDS) + 1):
        raise SlurmAmbiguous("squeue answered in a way that cannot be read.", details=line)
    value = dict(zip((name for name, _ in _FIELDS), parts, strict=False))
    if not value["UserID"].isdigit() or not value["State"]:
        raise SlurmAmbiguous("squeue does not say whose a job is, or how it is.", details=line)
    index = value["ArrayTaskID"]
    waiting = value["State"] in PENDING
    start = parse_time(value["StartTime"])
    return JobRow(
        job_id=f"{value['ArrayJobID']}_{index}" if index.isdigit() else value["ArrayJobID"],
        state=value["State"],
        reason=_text(value["Reason"]),
        partition=_text(value["Partition"]),
        node=_text(_whole_names(value["NodeList"])),
        cores=_number(value["NumCPUs"]),
        memory_bytes=_memory(value["tres-alloc"]),
        gpus=_gpus(value["tres-alloc"], value["tres-per-job"], value["tres-per-node"]),
        submitted_at=parse_time(value["SubmitTime"]),
        expected_start_at=start if waiting else None,
        started_at=None if waiting else start,
        ends_at=None if waiting else parse_time(value["EndTime"]),
        walltime_s=_walltime(value["TimeLimit"]),
        restarts=_number(value["RestartCnt"]),
        exit_code=parse_exit_code(value["exit_code"]),
        uid=int(value["UserID"]),
        tag=parts[-1] if len(parts) > len(_FIELDS) else None,
        has_more_nodes=len(value["NodeList"]) >= _NODES_WIDTH,
    )


@_same_in_many_rows
def parse_exit_code(text: str) -> str | None:
    """Return ``<exit code>:<signal>`` of what squeue or sacct wrote; None where it cannot be read; pure.

    squeue of older versions writes the wait status as one number (``1792``, 22.05), newer ones the pair
    (``7:0``, 24.11), and sacct always has.
    """
    if pair := _EXIT_CODE.fullmatch(text.strip()):
        return f"{int(pair[1])}:{int(pair[2])}"
    if not _WAIT_STATUS.fullmatch(text.strip()):
        return None
    status = int(text)
    return f"{status >> 8 & 0xFF}:{status & 0x7F}"


@_same_in_many_rows
def count_gpus(tres: str) -> int:
    """Return the number of GPUs in a list of resources, in all of Slurm's spellings.

    ``gres/gpu=2``, ``gres/gpu:a100=2``, ``gres:gpu:2``, ``gpu:tesla:2``, ``gpu`` (one).
    A total beside its types (``gres/gpu=2,gres/gpu:a100=2``) is counted once.
    """
    counts: dict[bool, int] = {}
    for part in tres.split(","):
        if _GPU.fullmatch(part):
            amount = re.split("[:=]", part)[-1]
            typed = part.removeprefix("gres:").removeprefix("gres/").startswith("gpu:") and "=" in part
            counts[typed] = counts.get(typed, 0) + (int(amount) if amount.isdigit() else 1)
    return counts.get(False, counts.get(True, 0))


def _gpus(allocated: str, for_job: str, for_node: str) -> int:
    # tres-alloc names GPUs only where AccountingStorageTRES lists them, and nodes always.
    return count_gpus(allocated) or count_gpus(for_job) or count_gpus(for_node) * _nodes(allocated)


@_same_in_many_rows
def _nodes(tres: str) -> int:
    return next((_number(part[5:]) for part in tres.split(",") if part.startswith("node=")), 0) or 1


def _whole_names(nodes: str) -> str:
    """Return a list of nodes without a last name that squeue has cut: of very many nodes it is long."""
    if len(nodes) < _NODES_WIDTH:
        return nodes
    whole = nodes.rpartition(",")[0]
    return whole + "]" if whole.count("[") > whole.count("]") else whole


@_same_in_many_rows
def _memory(tres: str) -> int:
    for part in tres.split(","):
        if part.startswith("mem="):
            try:
                return parse_slurm_memory(part.removeprefix("mem="))
            except ValueError:
                return 0
    return 0


@_same_in_many_rows
def _walltime(text: str) -> int | None:
    try:
        return parse_walltime(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _text(text: str) -> str | None:
    return None if text in {"", "None", "(null)", "N/A", "n/a"} else text
