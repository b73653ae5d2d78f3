"""How many jobs fit into one job array of this Slurm."""

from __future__ import annotations

import logging
import re

from ..errors import DaskSlurmError
from ..slurm.commands import run_in_turn

logger = logging.getLogger(__name__)

_DEFAULT = 1001
"""Slurm's own default of MaxArraySize (slurm.conf(5))."""

_LINE = re.compile(r"^MaxArraySize\s*=\s*(\d+)", re.MULTILINE)


class ArrayLimit:
    """Asks once, when the first array is about to be submitted."""

    def __init__(self) -> None:
        self._longest: int | None = None

    async def longest(self) -> int:
        """Return the most elements that an array may have; 1 where arrays are switched off."""
        if self._longest is None:
            try:
                answer = await run_in_turn(["scontrol", "show", "config"])
            except DaskSlurmError as error:
                logger.warning("MaxArraySize is not known: %s", error)
                return _DEFAULT
            found = _LINE.search(answer.stdout)
            # Indices must be below MaxArraySize; ours begin with 0. 0 switches arrays off.
            self._longest = max(1, int(found[1])) if found else _DEFAULT
        return self._longest
