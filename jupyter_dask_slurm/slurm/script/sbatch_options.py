"""Which options of sbatch are ours alone, however they are written.

Standard library only: the Jupyter server refuses them in requests, the controller drops them from
configurations.
"""

from __future__ import annotations

# sbatch(1). Set by us, or such that sbatch would answer otherwise than with the id of a job of ours.
_MANAGED_LONG = (
    "--array", "--chdir", "--clusters", "--error", "--help", "--input", "--job-name", "--output",
    "--parsable", "--quiet", "--test-only", "--uid", "--gid", "--usage", "--version", "--wait", "--wrap",
)  # fmt: skip
_MANAGED_SHORT = {
    "a": "--array", "D": "--chdir", "M": "--clusters", "e": "--error", "h": "--help", "i": "--input",
    "J": "--job-name", "o": "--output", "Q": "--quiet", "V": "--version", "W": "--wait",
}  # fmt: skip
_SHORT_FLAGS = "HIkOsvW"


def managed_directive(word: str) -> str | None:
    """Return the managed sbatch option that `word` sets, or None.

    sbatch reads options with ``getopt_long``: ``--arr=0-3`` means ``--array``,
    and ``-HJx`` means ``-H -J x``.

    >>> managed_directive("--arr=0-3")
    '--array'
    """
    if word.startswith("--"):
        name = word.partition("=")[0]
        return next((option for option in _MANAGED_LONG if len(name) > 2 and option.startswith(name)), None)
    if word.startswith("-"):
        for letter in word[1:]:
            if letter in _MANAGED_SHORT:
                return _MANAGED_SHORT[letter]
            if letter not in _SHORT_FLAGS:
                break
    return None
