"""What sbatch says when it refuses: in which words, about which option, and whether time mends it. Pure.

The words are those of slurm_errno.c, of sbatch.c, and of the reasons in slurm_protocol_defs.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PREFIX = re.compile(
    r"^(?:\w+: )?(?:(?:error|fatal): )?(?:allocation failure: |Batch job submission failed: )?", re.IGNORECASE
)
# Behind other words, what the code says that a site's plugin has to return tells nothing.
_NOISE = ("Try ", "Warning: can't run ", "Unspecified error", "Job violates accounting/QOS policy")

WAITS = re.compile(rb"sleeping and retrying|Job creation temporarily disabled, retrying")
"""What sbatch says before it waits inside itself, for two minutes in all, until Slurm takes the job."""


@dataclass(frozen=True)
class NotYet:
    """Why Slurm refuses now what it may take later, as a sentence; `in_part`: fewer jobs may fit now."""

    sentence: str
    in_part: bool = False


_LIMIT = re.compile(r"\b(Assoc|QOS)(Grp|Max)SubmitJobs?(PerUser|PerAccount|)Limit\b")
_OWNER = {"Assoc": "your account", "QOS": "the QoS"}
_FULL = NotYet("Slurm takes no more jobs now: it has as many as it may have (MaxJobCount).", in_part=True)
_AWAY = "Slurm takes no jobs now: {}."
_SHUT = NotYet(_AWAY.format("their partition is inactive or drained"))
_CLOSED = NotYet(
    _AWAY.format("their partition is closed to this host, or to you (AllocNodes, RootOnly, ReqResv)")
)
_NO_NODES = NotYet(_AWAY.format("their partition has no nodes for them"))
_STOPPED = NotYet(_AWAY.format("it has stopped taking any for a while"))

# What passes by itself: others' jobs and one's own that end, partitions and nodes that come back.
_PASSES = {
    "temporarily unable to accept job": _FULL,
    "Slurm job queue full": _FULL,
    # What sbatch says of MaxJobCount at last; a program that lacks a process says it elsewhere in its line.
    "submission failed: Resource temporarily unavailable": _FULL,
    "allocation failure: Resource temporarily unavailable": _FULL,
    "partition not available": _SHUT,
    "partition configuration not available now": _NO_NODES,
    "Requested nodes are busy": _STOPPED,
    "Job creation temporarily disabled": _STOPPED,
    "submission failed: Access/permission denied": _CLOSED,
    "allocation failure: Access/permission denied": _CLOSED,
}
# What ``sbatch --test-only`` refuses while sbatch itself takes it and the job waits: nodes that are down or
# kept for others, a reservation that has not begun (tried).
_PASSES_TEST = (
    "Requested node configuration is not available",
    "Invalid time specified",
    "Rate limit exceeded",
)

# The first that is found counts.
_OPTIONS = (
    ("unrecognized option", "job_extra_directives"), ("invalid option", "job_extra_directives"),
    ("node name", "nodelist"), ("reservation", "reservation"), ("feature", "constraint"), ("(gres)", "gres"),
    ("generic resource", "gres"), ("account/partition", "account"), ("invalid account", "account"),
    ("invalid qos", "qos"), ("time limit", "walltime"), ("partition", "partition"), ("memory", "memory"),
    ("cpu count", "cores"), ("license", "job_extra_directives"), ("--", "job_extra_directives"),
)  # fmt: skip


def words_of(stderr: str) -> str:
    """Return what Slurm and the site's own plugins said, without the names of commands and advice for shells.

    In the order in which they said it: what a site says comes before Slurm's own word for it.

    >>> words_of("sbatch: error: Batch job submission failed: Invalid feature specification")
    'Invalid feature specification'
    """
    lines = [_PREFIX.sub("", line).strip().rstrip(".") for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(_NOISE)]
    return "; ".join(dict.fromkeys(telling or lines))


def not_yet(stderr: str) -> NotYet | None:
    """Return why what is refused now may be taken later, unchanged; None where only its user can mend it."""
    known = {line: why for line in stderr.splitlines() if (why := _not_yet(line))}
    if not known:
        return None
    why = next(iter(known.values()))
    # A site's plugin may say more than Slurm does.
    others = words_of("\n".join(line for line in stderr.splitlines() if line not in known))
    telling = others and not others.startswith(_NOISE)
    return NotYet(f"{others}. {why.sentence}", why.in_part) if telling else why


def _not_yet(line: str) -> NotYet | None:
    found = _LIMIT.search(line)
    if found is None:
        return next((why for text, why in _PASSES.items() if text in line), None)
    owner, kind, scope = found.groups()
    each = {"PerUser": " for one user", "PerAccount": " for one account"}.get(scope, "")
    whose = f"{_OWNER[owner]}{' and all who use it' if kind == 'Grp' else each}"
    return NotYet(
        f"Slurm takes no more jobs now: as many as the limit of {whose} allows are submitted ({found[0]}).",
        in_part=True,
    )


def may_pass(stderr: str, *, test_only: bool = False) -> bool:
    """Return whether what is refused now may be taken later, unchanged.

    Parameters
    ----------
    test_only : bool
        ``sbatch --test-only`` said it, which refuses more than sbatch does.
    """
    return not_yet(stderr) is not None or (test_only and any(text in stderr for text in _PASSES_TEST))


def option_of(words: str, options: Mapping[str, Any]) -> str | None:
    """Return the option that a refusal is about, of those that are set; None where that cannot be told."""
    lower = words.lower()
    for text, option in _OPTIONS:
        if text in lower:
            alike = {"nodelist": "exclude", "gres": "gpus"}.get(option, option)
            return next((name for name in (option, alike) if options.get(name)), None)
    return None
