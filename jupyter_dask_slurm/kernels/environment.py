"""A Python that was looked at: how it is started, and what is installed there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..protocol.models import EnvironmentInfo
from ..system.clean_environment import clean_environment

DISTRIBUTIONS = ("dask", "distributed", "dask-jobqueue", "bokeh")
OLDEST_PYTHON = (3, 10)


@dataclass(frozen=True)
class Environment:
    """The Python of a kernel, and what it has of Dask.

    Parameters
    ----------
    argv : tuple of str
        The words that start it.
    env : mapping
        Variables that it gets beside those of Jupyter.
    unset : frozenset of str
        Variables of Jupyter's that it does not get.
    packages : str, optional
        Where its packages stand.
    problem : str, optional
        Why no Slurm cluster can run there, as a predicate: ``has no dask-jobqueue: …``.
    specification : Path, optional
        The directory of the kernel's description.
    """

    kernel: str | None
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    python: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    packages: str | None = None
    problem: str | None = None
    specification: Path | None = None
    unset: frozenset[str] = frozenset()

    @property
    def info(self) -> EnvironmentInfo:
        """Return what a cluster shows of its environment."""
        return EnvironmentInfo(self.kernel, self.python or self.argv[0], self.versions.get("distributed"))

    def variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that a process there gets, given those of Jupyter."""
        kept = {name: value for name, value in environ.items() if name not in self.unset}
        return clean_environment(kept, self.env)


def too_old(version: tuple[int, ...]) -> str | None:
    """Return that a Python is too old for any cluster, as a predicate; None where it is not."""
    if version >= OLDEST_PYTHON:
        return None
    return f"has Python {_dotted(version)}: {_dotted(OLDEST_PYTHON)} or newer is needed"


def lack(versions: Mapping[str, str], python: str | None) -> str | None:
    """Return what keeps a Slurm cluster from running in a Python, as a predicate; None where nothing does."""
    missing = [name for name in ("distributed", "dask-jobqueue") if name not in versions]
    if not missing:
        return None
    return (
        f"has no {' and no '.join(missing)}: install it there by "
        f"{python or 'python'} -m pip install {' '.join(missing)}"
    )


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers[:2]))
