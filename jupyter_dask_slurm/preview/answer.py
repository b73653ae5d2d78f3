"""What a preview tells: the answer to ``POST /preview``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..protocol.models import Model, Time
from ..protocol.models.base import UNSENT, Sentence


@dataclass(frozen=True)
class ScriptLine(Model):
    """A line of a job script, and what it means."""

    text: str
    explanation: Sentence


@dataclass(frozen=True)
class Totals(Model):
    """What all jobs come to; where their number is adaptive, as many as there may come to be.

    None where what is wrong hides it.
    """

    jobs: int | None = None
    workers: int | None = None
    threads: int | None = None
    memory_bytes: int | None = None
    gpus: int | None = None
    core_hours_per_hour: int | None = None


BudgetResource = Literal[
    "cores",  # Cores as Slurm counts them (``cpu``).
    "gpus",  # ``gres/gpu``
    "billing",  # What the site charges, by weights of its own.
]


@dataclass(frozen=True)
class Budget(Model):
    """A limit on hours that Slurm's accounting sets (``GrpTRESMins``), and what is left of it."""

    resource: BudgetResource
    account: str
    """Whose limit it is: the account that is charged, or one above it."""
    yours: bool
    """Whether it is that of this user in the account, and not of the whole account."""
    limit_hours: float
    left_hours: float
    """Without what running jobs may still use until their walltime; at most some minutes old."""
    asked_hours: float | None
    """What all jobs together may use until their walltime. None where that is not known."""


@dataclass(frozen=True)
class ExportedCode(Model):
    """The same cluster as text to take along."""

    python: str
    """For dask-jobqueue alone."""
    yaml: str
    """A file of `~/.config/dask`."""
    batch_script: str = ""
    """For sbatch: runs a Python file on a cluster like it, in one allocation."""


@dataclass(frozen=True)
class Complaint(Model):
    """What keeps a cluster from being started, and the field that it is about."""

    field: str | None
    message: Sentence


@dataclass(frozen=True)
class Preview(Model):
    """What a cluster would send to Slurm."""

    script: str | None
    """Empty for the backend `local`, None where something wrong prevents it."""
    command: tuple[str, ...]
    """The words of sbatch's command line."""
    lines: tuple[ScriptLine, ...]
    totals: Totals
    options: dict[str, Any] | None
    """The effective ones: what counts where a field is left empty or malformed. None where not known."""
    configured: tuple[str, ...]
    """Those of the options that nobody has asked for and Dask's configuration decides."""
    expected_start_at: Time | None
    exports: ExportedCode | None
    """None where it has no jobs in Slurm."""
    errors: tuple[Complaint, ...]
    warnings: tuple[Sentence, ...]
    looking_at: str | None
    """The kernel of which it is just being learnt which Python it runs; the rest comes when asked again."""
    controller_lines: tuple[ScriptLine, ...] = ()
    """The script of the controller's own job; none where it has none."""
    budgets: tuple[Budget, ...] = ()
    """Of each resource the limit of which least is left; none too where Slurm was not asked yet."""
    no_start: str | None = field(default=None, metadata=UNSENT)
    """Why `expected_start_at` is not known though Slurm was asked: for `POST /forecast`."""
