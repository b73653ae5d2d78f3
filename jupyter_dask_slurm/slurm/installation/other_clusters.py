"""The Slurm clusters that one database knows, and that are reached from here by name (``--clusters``)."""

from __future__ import annotations

import re

from ...protocol.errors import SlurmRefused
from ..run import TIMEOUT_S, ask
from .configuration import read_config

DATABASE = "accounting_storage/slurmdbd"
"""The ``AccountingStorageType`` of a Slurm with a database; without one it knows of no other cluster."""

CLUSTERS_COMMAND = ("sacctmgr", "--parsable2", "--readonly", "show", "cluster", "format=Cluster,ControlHost")
CLUSTERS_HEADER = re.compile(r"^Cluster\|ControlHost", re.MULTILINE)


async def known_clusters(*, timeout_s: float = TIMEOUT_S) -> dict[str, bool]:
    """Return each cluster, and whether its slurmctld has said to the database where it is.

    There are none where this Slurm has no database.

    Raises
    ------
    SlurmUnavailable
        No answer; nothing is known.
    """
    try:
        shown = await ask(CLUSTERS_COMMAND, proof=CLUSTERS_HEADER, in_turn=False, timeout_s=timeout_s)
    except SlurmRefused:
        return {}
    return parse_clusters(shown)


def parse_clusters(text: str) -> dict[str, bool]:
    """Read what `CLUSTERS_COMMAND` wrote; pure."""
    rows = [line.split("|") for line in text.splitlines() if not CLUSTERS_HEADER.match(line)]
    return {row[0]: bool(row[1]) for row in rows if len(row) == 2 and row[0]}


async def own_name(*, timeout_s: float = TIMEOUT_S) -> str | None:
    """Return the name of the cluster of this host.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        No answer; nothing is known.
    """
    return (await read_config(timeout_s=timeout_s)).get("ClusterName")


async def other_clusters(*, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Return the clusters that can be reached from here beside that of this host; none without a database.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        No answer; nothing is known.
    """
    config = await read_config(timeout_s=timeout_s)
    if config.get("AccountingStorageType") != DATABASE:
        return []
    known = await known_clusters(timeout_s=timeout_s)
    return [name for name, is_there in known.items() if is_there and name != config.get("ClusterName")]
