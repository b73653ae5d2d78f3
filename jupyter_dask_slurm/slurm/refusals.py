"""What sbatch says when it refuses: in which words, about which option, and whether time mends it. Pure.

The words are those of slurm_errno.c.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_PREFIX = re.compile(
    r"^(?:\w+: )?(?:(?:error|fatal): )?(?:allocation failure: |Batch job submission failed: )?", re.IGNORECASE
)
_NOISE = ("Try ", "Warning: can't run ", "Unspecified error")

# What passes by itself: others' jobs and one's own that end, partitions and nodes that come back.
_PASSES = (
    "SubmitJob",
    "temporarily unable to accept job",
    "partition not available",
    "partition configuration not available now",
    "Requested nodes are busy",
    "exceeded the rate limit",
)
# What ``sbatch --test-only`` refuses while sbatch itself takes it and the job waits: nodes that are down or
# kept for others, a reservation that has not begun (tried).
_PASSES_TEST = ("Requested node configuration is not available", "Invalid time specified")

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

    >>> words_of("sbatch: error: Batch job submission failed: Invalid feature specification")
    'Invalid feature specification'
    """
    lines = [_PREFIX.sub("", line).strip().rstrip(".") for line in stderr.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(_NOISE)]
    return "; ".join(dict.fromkeys(telling or lines))


def may_pass(words: str, *, test_only: bool = False) -> bool:
    """Return whether what is refused now may be taken later, unchanged.

    Parameters
    ----------
    test_only : bool
        ``sbatch --test-only`` said it, which refuses more than sbatch does.
    """
    return any(text in words for text in _PASSES + (_PASSES_TEST if test_only else ()))


def option_of(words: str, options: Mapping[str, Any]) -> str | None:
    """Return the option that a refusal is about, of those that are set; None where that cannot be told."""
    lower = words.lower()
    for text, option in _OPTIONS:
        if text in lower:
            alike = {"nodelist": "exclude", "gres": "gpus"}.get(option, option)
            return next((name for name in (option, alike) if options.get(name)), None)
    return None
