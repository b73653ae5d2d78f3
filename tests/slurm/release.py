"""Which Slurm it is: this machine's own, or one that ``scripts/setup slurm-next`` has unpacked beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

VARIABLE = "TEST_SLURM"
"""In the environment of pytest: the release for every Slurm of the run that names none itself."""

_CACHE = Path(__file__).parents[2] / ".cache"


class NoSuchRelease(RuntimeError):
    """This release of Slurm has not been unpacked here."""


@dataclass(frozen=True)
class Release:
    """A Slurm on this machine.

    Parameters
    ----------
    name : str
        Empty for the one that is installed; ``next`` for Debian's next release, ``old`` for an older one
        (``scripts/setup slurm-next slurm-old``).
    """

    name: str = ""

    @property
    def folder(self) -> Path:
        """Where it was unpacked."""
        return _CACHE / f"slurm-{self.name}"

    def path(self, path: str) -> str:
        """Return a search path for commands in which this Slurm's come first.

        Raises
        ------
        NoSuchRelease
            Where it was not unpacked.
        """
        if not self.name:
            return path
        if not (self.folder / "bin").is_dir():
            raise NoSuchRelease(f"There is no Slurm in {self.folder}: run scripts/setup slurm-{self.name}.")
        return f"{self.folder}/bin:{path}"

    @property
    def settings(self) -> tuple[str, ...]:
        """What slurm.conf has to say for it."""
        return (f"PluginDir={self.folder}/plugins",) if self.name else ()

    @property
    def of_node(self) -> tuple[str, ...]:
        """What slurmd has to be told: the program that it starts for each job stands in it otherwise."""
        return ("-d", f"{self.folder}/bin/slurmstepd") if self.name else ()
