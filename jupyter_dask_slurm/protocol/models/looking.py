"""What one looks at of a cluster: its logs, the cluster as code, how far tasks are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .base import Model

SnippetKind = Literal[
    "connect",  # Python: with this package
    "from_name",  # Python: the same as a cluster object, which scales and closes too
    "portable",  # Python: with `distributed` alone
    "attach",  # the same for a kernel that works already, where it leaves no name but `client`
    "environment",  # lines of shell, after which a plain `Client()` connects, and knows the dashboard's link
    "notebook",  # another cluster like it, by this package's `SLURMCluster`, in the Python that it runs in
    "slurmcluster",  # the same cluster by dask-jobqueue
    "yaml",  # for `~/.config/dask`
    "job_script",  # what was last sent to Slurm
    "batch_script",  # for sbatch: runs a Python file on a cluster like it, in one allocation
]


@dataclass(frozen=True)
class LogTail(Model):
    """The end of a log file."""

    path: str
    text: str
    truncated: bool = False
    """There is more before it."""


@dataclass(frozen=True)
class Snippet(Model):
    """A cluster as text in a language, to take along."""

    kind: SnippetKind
    language: Literal["python", "yaml", "shell"]
    code: str
    command: tuple[str, ...] | None = None
    """Of a job script, the command line that sent it, by standard input."""


@dataclass(frozen=True)
class Progress(Model):
    """How far the tasks are that a client has asked for within some time."""

    tasks: int
    done: int
    """Without those that failed."""
    failed: int
    """Those too that need the result of one that failed."""
    running: int
    """Those that workers have."""
