"""Slurm's settings: ``scontrol show config``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..run import TIMEOUT_S, ask

# They come in one message, so that where this stands all the others do. The command fails with the whole
# answer written where slurmctld limits requests and did not answer the ping that belongs to it.
_PROOF = re.compile(r"^SLURM_VERSION *= *\S", re.MULTILINE)


async def read_config(*, in_turn: bool = False, timeout_s: float = TIMEOUT_S) -> dict[str, str]:
    """Return the settings by name.

    Parameters
    ----------
    in_turn : bool, optional
        One call at a time in this process.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        No answer; nothing is known.
    """
    command = ("scontrol", "show", "config")
    return parse_config(await ask(command, proof=_PROOF, whole=True, in_turn=in_turn, timeout_s=timeout_s))


def limits_requests(config: Mapping[str, str]) -> bool:
    """Return whether slurmctld takes only so many requests of a user in a time (``rl_enable``)."""
    return "rl_enable" in config.get("SlurmctldParameters", "").lower()


def parse_config(text: str) -> dict[str, str]:
    """Read what ``scontrol show config`` wrote: the settings by name; pure."""
    config = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            config[name.strip()] = value.strip()
    return config
