"""Directives of sbatch, read as sbatch reads them, and which of its options are ours alone.

sbatch takes its options with ``getopt_long``: ``--arr=0-3`` means ``--array``, and ``-HJx`` is ``-H -J x``.
Standard library only: the Jupyter server refuses our own ones in requests, the controller drops them from
configurations.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

# sbatch(1). Set by us, or such that sbatch would answer otherwise than with the id of a job of ours.
_MANAGED_LONG = (
    "--array", "--chdir", "--clusters", "--error", "--help", "--input", "--job-name", "--output",
    "--parsable", "--quiet", "--test-only", "--uid", "--gid", "--usage", "--version", "--wait", "--wrap",
)  # fmt: skip
_MANAGED_SHORT = {
    "a": "--array", "D": "--chdir", "M": "--clusters", "e": "--error", "h": "--help", "i": "--input",
    "J": "--job-name", "o": "--output", "Q": "--quiet", "V": "--version", "W": "--wait",
}  # fmt: skip
# They take no value, so that another letter may follow.
_SHORT_FLAGS = "HIkOsvW"


def words_of(directive: str) -> list[str] | None:
    """Return the words of a directive, or of arguments; None where a quotation mark stays open."""
    try:
        return shlex.split(directive)
    except ValueError:
        return None


def settings_of(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each option that words set, as it is written, and what it is set to.

    >>> list(settings_of(["--mem=4G", "-HA", "ocean", "-c4"]))
    [('--mem', '4G'), ('-A', 'ocean'), ('-c', '4')]
    """
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word.startswith("--"):
            name, sign, value = word.partition("=")
            yield name, value if sign else following
        elif word.startswith("-"):
            letters = word[1:].lstrip(_SHORT_FLAGS)
            if letters:
                yield f"-{letters[0]}", letters[1:] or following


def managed_directive(word: str) -> str | None:
    """Return the managed sbatch option that `word` sets, or None.

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
