"""Which of several Slurm clusters (``-M``) is spoken to: the one home of that rule.

A cluster of ours has its jobs in one Slurm cluster. Whoever acts for it says so once, by `on_cluster`; `run`
then gives ``--clusters=`` to every command, and takes off the answer what Slurm writes above it. Without a
name it is the Slurm of this host, without that option: with it, Slurm's commands look the cluster up in
slurmdbd first, also the one of this host, and do nothing while slurmdbd is away (22.05, tried).

The name belongs to a context (`contextvars`): tasks that are begun within it keep it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from ...protocol.errors import SlurmAmbiguous

_COMMANDS = frozenset({"sbatch", "squeue", "scancel", "scontrol", "sinfo", "sacct", "sshare"})
_OPTION = "--clusters="
# These write it above everything else, also above nothing.
_WITH_BANNER = frozenset({"squeue", "sinfo"})
_BANNER = re.compile(r"\s*CLUSTER: (\S+)\n")
# What Slurm says of a cluster before it has asked anybody for anything: `slurmdb_get_info_cluster`.
_NOT_FOUND = "can't be reached now, or it is an invalid entry for --cluster"
_ONLY_LOCAL = "Only local cluster communication is available"

_SHOWN = 2000

NO_DATABASE = (
    "Slurm's database (slurmdbd) does not answer, and without it Slurm reaches no cluster by its name."
)
"""The end of a sentence."""

_chosen: ContextVar[str | None] = ContextVar("slurm_cluster", default=None)


@contextmanager
def on_cluster(name: str | None) -> Iterator[None]:
    """Have Slurm's commands speak to this cluster; None is the Slurm of this host."""
    before = _chosen.set(name)
    try:
        yield
    finally:
        _chosen.reset(before)


def chosen() -> str | None:
    """Return the cluster that commands speak to here."""
    return _chosen.get()


def addressed(argv: Sequence[str]) -> list[str]:
    """Return a command line with the cluster that it is for, unless it is there or the command has none."""
    name = chosen()
    if name is None or argv[0] not in _COMMANDS or any(word.startswith(_OPTION) for word in argv):
        return list(argv)
    return [argv[0], f"{_OPTION}{name}", *argv[1:]]


def without_banner(command: str, text: str) -> str:
    """Return what a command wrote without the name of its cluster above it.

    Raises
    ------
    SlurmAmbiguous
        If it is the answer of another cluster, or nobody knows of which.
    """
    name = chosen()
    if name is None or command not in _WITH_BANNER or not text.strip():
        return text
    found = _BANNER.match(text)
    if found is None:
        raise SlurmAmbiguous(f"{command} does not say that {name} answers.", details=text[:_SHOWN])
    check_is_chosen(found[1])
    return text[found.end() :]


def check_is_chosen(name: str | None) -> None:
    """Refuse an answer that names another cluster than the one that was asked; None is one that names none.

    Raises
    ------
    SlurmAmbiguous
    """
    if name is not None and chosen() is not None and name.casefold() != str(chosen()).casefold():
        raise SlurmAmbiguous(f"Slurm cluster {name} answered in place of {chosen()}.")


def why_out_of_reach(words: str) -> str | None:
    """Return in a sentence why Slurm's commands did not get as far as the cluster; None where they did; pure.

    While a cluster's slurmctld is stopped, slurmdbd says of it what it says of one that never was.
    """
    if _ONLY_LOCAL in words:
        return f"Slurm cluster {chosen()} cannot be reached now: {NO_DATABASE}"
    if _NOT_FOUND in words:
        return (
            f"Slurm cluster {chosen()} cannot be reached now: its slurmctld does not run, "
            "or Slurm's database (slurmdbd) does not know it."
        )
    return None


def named_in(environ: Mapping[str, str]) -> str | None:
    """Return the one cluster that ``SBATCH_CLUSTERS`` or ``SLURM_CLUSTERS`` names; None: that of this host.

    Of several names it is the first: one cluster of ours is in one of Slurm's.
    """
    text = environ.get("SBATCH_CLUSTERS") or environ.get("SLURM_CLUSTERS") or ""
    first = text.split(",")[0].strip()
    return None if first.casefold() in ("", "all") else first
