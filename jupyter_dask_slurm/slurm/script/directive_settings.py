"""What directives of sbatch say, under the names of our options. Pure.

Of several that say the same the last one counts, as for sbatch; how it reads them is in `sbatch_options`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from ..units import parse_walltime
from .option_table import ROWS
from .sbatch_options import settings_of, words_of

# sbatch(1): its option, its letter, and our option that means the same. Of two for one the last counts;
# `log_directory` is managed, so it is refused before.
_OPTIONS = (
    *((str(row.sbatch), row.letter, row.name) for row in ROWS if row.sbatch and row.name != "log_directory"),
    ("--gpus", "G", "gpus"), ("--gpus-per-node", "", "gpus"), ("--gpus-per-task", "", "gpus"),
    ("--ntasks", "n", "tasks"),
)  # fmt: skip
_BY_LETTER = {letter: option for _long, letter, option in _OPTIONS if letter}
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
    for name, text in settings_of(words_of(directive) or ()):
        option = _by_name(name) if name.startswith("--") else _BY_LETTER.get(name[1:])
        if option is not None:
            yield option, text


def _by_name(name: str) -> str | None:
    """Return our option for a long one of sbatch, which may be cut short."""
    exact = {long: option for long, _letter, option in _OPTIONS}
    if name in exact or len(name) < 5:
        return exact.get(name)
    return next((option for long, option in exact.items() if long.startswith(name)), None)


def _value(option: str, text: str) -> Any:
    if option in ("cores", "threads_per_core", "tasks"):
        return int(text)
    if option == "nodes_per_job":
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
