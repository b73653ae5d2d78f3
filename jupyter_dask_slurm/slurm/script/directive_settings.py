"""What directives of sbatch say, under the names of our options. Pure.

sbatch reads options with ``getopt_long``, so ``--part=x`` means ``--partition=x`` and ``-HA ocean`` means
``-H -A ocean``. Of several that say the same the last one counts.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from ..units import parse_walltime
from .option_table import ROWS

# sbatch(1): its option, its letter, and our option that means the same. Of two for one the last counts;
# `log_directory` is managed, so it is refused before.
_OPTIONS = (
    *((str(row.sbatch), row.letter, row.name) for row in ROWS if row.sbatch and row.name != "log_directory"),
    ("--gpus", "G", "gpus"), ("--gpus-per-node", "", "gpus"), ("--gpus-per-task", "", "gpus"),
    ("--ntasks", "n", "tasks"), ("--nodes", "N", "nodes"),
)  # fmt: skip
_BY_LETTER = {letter: option for _long, letter, option in _OPTIONS if letter}
_FLAGS = "HIkOsvW"
_SIZE = re.compile(r"(\d+)([KMGT]?)B?", re.IGNORECASE)


def settings_in(directives: Iterable[str]) -> dict[str, Any]:
    """Return what sbatch's options say, under the names of ours; what Slurm would refuse is left out.

    >>> settings_in(["-p short --mem=4G", "-c4", "--exclusive"])
    {'partition': 'short', 'memory': '4 GiB', 'cores': 4}
    """
    found: dict[str, Any] = {}
    for directive in directives:
        for option, text in _settings(directive):
            with suppress(ValueError):
                found[option] = _value(option, text)
    return found


def _settings(directive: str) -> Iterator[tuple[str, str]]:
    """Yield our option and sbatch's value of each known setting in a directive."""
    try:
        words = shlex.split(directive)
    except ValueError:
        return
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if word.startswith("--"):
            name, sign, text = word.partition("=")
            option = _by_name(name)
            if option is not None:
                yield option, text if sign else following
        elif word.startswith("-"):
            letters = word[1:].lstrip(_FLAGS)
            option = _BY_LETTER.get(letters[:1])
            if option is not None:
                yield option, letters[1:] or following


def _by_name(name: str) -> str | None:
    """Return our option for a long one of sbatch, which may be cut short."""
    exact = {long: option for long, _letter, option in _OPTIONS}
    if name in exact or len(name) < 5:
        return exact.get(name)
    return next((option for long, option in exact.items() if long.startswith(name)), None)


def _value(option: str, text: str) -> Any:
    if option in ("cores", "threads_per_core", "tasks"):
        return int(text)
    if option == "nodes":
        return int(text.partition("-")[2] or text.partition("-")[0])
    if option == "gpus":
        return sum(int(part.rpartition(":")[2]) for part in text.split(","))
    if option == "memory":
        size = _SIZE.fullmatch(text)
        if size is None or int(size[1]) == 0:  # 0 is all that a node has
            raise ValueError(text)
        return f"{size[1]} {size[2].upper() or 'M'}iB"
    if option == "walltime":
        parse_walltime(text)
    return text
