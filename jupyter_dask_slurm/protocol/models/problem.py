"""What can be wrong with a cluster: the catalogue of problems, and a problem as users see it.

Whoever finds a problem makes it from its kind (``SUBMIT_REFUSED.problem(…)``), so that a code stands here and
nowhere else: with how grave it is, what it means, what to do about it, what a browser offers, and which
process may say it. ``docs/problems.md`` is made of this (``scripts/contract``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from .base import GROWING, Model, Sentence, Time

Severity = Literal["info", "warning", "error"]
Remedy = Annotated[
    Literal[
        "submit_again",  # `POST …/problems/{code}/resubmit`, where the plan goes up again
        "try_again",  # `POST …/problems/{code}/resubmit`, with the plan as it is
        "keep",  # `PATCH` of `idle_timeout_s`
        "read_log",  # of `job_id`
        "change_options",  # start it again with changes
    ],
    GROWING,
]
Maker = Literal["controller", "jupyter"]

REMEDIES: dict[Remedy, str] = {
    "submit_again": "submit the cancelled jobs again",
    "try_again": "submit what is wanted once more, now",
    "keep": "keep the cluster while it is idle",
    "read_log": "show the log of the job that tells most",
    "change_options": "start the cluster again with changes",
}
"""What a browser can offer against a problem by a click, in words; it decides whether it can be done now."""


@dataclass(frozen=True)
class Problem(Model):
    """Something wrong with a cluster, in words, with what to do about it."""

    code: str
    """What kind of problem it is, for example `submit_refused`; `docs/problems.md` has them all."""
    severity: Severity
    message: Sentence
    advice: Sentence
    """What to do about it."""
    since: Time
    details: str | None = None
    """Slurm's or Dask's own words."""
    job_id: str | None = None
    """The job whose log tells most about it."""
    job_ids: tuple[str, ...] = ()
    """The first few of the jobs that have it, all for the same cause; none where none is meant."""
    jobs: int = 0
    """How many jobs have it."""
    remedies: tuple[Remedy, ...] = ()
    """What a browser can offer, what helps most first."""
    no_workers: bool = False
    """Whether it keeps the cluster from getting any workers, for as long as it lasts."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Problem:
        """Build it as any model; what controllers of before do not say is said by the catalogue.

        Raises
        ------
        WrongShapeError
            Where a required field is missing or a value has another shape.
        """
        problem = super().from_json(data)
        kind = _BY_CODE.get(problem.code)
        if kind is not None and "remedies" not in data:
            problem = dataclasses.replace(problem, remedies=kind.remedies)
        if kind is not None and "no_workers" not in data:
            problem = dataclasses.replace(problem, no_workers=kind.keeps_workers_away(problem.severity))
        return problem


@dataclass(frozen=True)
class ProblemKind:
    """A kind of problem: what its code stands for, wherever and whenever it is found.

    Parameters
    ----------
    code : str
        Its name, for programs.
    severity : {"info", "warning", "error"}
        How grave it is as a rule. An error keeps the cluster from what it should do, a warning announces a
        loss or a wait, an info is good to know.
    means : str
        What has happened, in plain words.
    to_do : str
        What helps, in plain words. A problem's own advice says it with its own numbers.
    remedies : tuple of str
        What a browser offers, what helps most first.
    made_by : tuple of str
        The processes that may say it.
    otherwise : str or None
        How grave it is in some cases; `means` says in which.
    no_workers : bool
        Whether it keeps a cluster from getting any workers, where it is as grave as usual and no other jobs
        may bring some: a cluster without workers is *stuck* then. Beside an error that does not (a worker
        that was killed) it waits for its turn.
    foretells : bool
        Whether it announces an end: of a cluster that has ended it is not said.
    """

    code: str
    severity: Severity
    means: str
    to_do: str
    remedies: tuple[Remedy, ...] = ()
    made_by: tuple[Maker, ...] = ("controller",)
    otherwise: Severity | None = None
    no_workers: bool = False
    foretells: bool = False

    def keeps_workers_away(self, severity: Severity) -> bool:
        """Return whether a problem of this kind that is so grave leaves its cluster without workers."""
        return self.no_workers and severity == self.severity

    def problem(
        self,
        message: str,
        advice: str,
        *,
        since: Time,
        severity: Severity | None = None,
        details: str | None = None,
        job_id: str | None = None,
        job_ids: tuple[str, ...] = (),
        jobs: int = 0,
    ) -> Problem:
        """Return such a problem, of the usual severity by default; the arguments are fields of `Problem`."""
        return Problem(
            code=self.code,
            severity=severity or self.severity,
            message=message,
            advice=advice,
            since=since,
            details=details,
            job_id=job_id,
            job_ids=job_ids,
            jobs=jobs,
            remedies=self.remedies,
            no_workers=self.keeps_workers_away(severity or self.severity),
        )


SUBMIT_REFUSED = ProblemKind(
    "submit_refused",
    "error",
    "Slurm refused the jobs, for a cause that time does not mend: a partition, an account, a limit or an "
    "option.",
    "Start the cluster again with other options; the message names the one that is meant. Where the cause "
    "is gone, try once more.",
    remedies=("change_options", "try_again"),
)
SUBMIT_POSTPONED = ProblemKind(
    "submit_postponed",
    "warning",
    "Slurm takes no more jobs now: a limit on submitted jobs is reached, or the partition is closed for a "
    "while.",
    "Nothing needs to be done. They are tried again every five minutes or sooner, and at once when a job "
    "of the cluster ends.",
    remedies=("try_again",),
)
SUBMIT_UNKNOWN = ProblemKind(
    "submit_unknown",
    "warning",
    "sbatch ended without an answer, so that it is not known whether Slurm has the jobs. It is looked up.",
    "Nothing needs to be done. Jobs that are found are taken over, others are sent again, and never twice. "
    "Where it was the job of the cluster's controller, the cluster counts as failed if Slurm has none.",
    made_by=("controller", "jupyter"),
)
CANCEL_REFUSED = ProblemKind(
    "cancel_refused",
    "error",
    "Slurm refuses to cancel jobs of the cluster. A warning where the cluster's controller is gone already.",
    "It is asked again until they are gone. If it lasts, show Slurm's words to your site's administrators.",
    made_by=("controller", "jupyter"),
    otherwise="warning",
)
SLURM_UNREACHABLE = ProblemKind(
    "slurm_unreachable",
    "warning",
    "Slurm does not answer. Running workers go on; what was asked for is done when it answers again.",
    "Nothing needs to be done. If it lasts, ask the administrators of this Slurm.",
    made_by=("controller", "jupyter"),
)
SLURM_NOT_ASKED = ProblemKind(
    "slurm_not_asked",
    "warning",
    "Slurm could not be asked, by the fault of this machine: its disk is full, or it has too many "
    "processes or open files. Running workers go on.",
    "Mend what the message names. It is tried again each half minute.",
    made_by=("controller", "jupyter"),
)
REQUESTS_LIMITED = ProblemKind(
    "requests_limited",
    "info",
    "This site limits how often Slurm may be asked, so that what is shown of jobs may be minutes old.",
    "Nothing needs to be done: it is asked less often. All your clusters and programs that ask it count "
    "together.",
)
NEVER_STARTS = ProblemKind(
    "never_starts",
    "error",
    "Slurm has the jobs, or that of the cluster's controller, and will never start them: they ask for more "
    "than the partition, its nodes or your account have.",
    "Start the cluster again with other options; the message says what is too much.",
    remedies=("change_options",),
    made_by=("controller", "jupyter"),
    no_workers=True,
)
NO_CONNECTION = ProblemKind(
    "no_connection",
    "error",
    "Jobs run, but their workers do not reach the scheduler: most often because the compute nodes cannot "
    "reach the address that it listens on.",
    "Read the job's log, and start the cluster again with another network interface for the scheduler. "
    "`jupyter dask-slurm doctor --check-interfaces` tries which one the nodes reach.",
    remedies=("read_log", "change_options"),
    no_workers=True,
)
BARE_NODES = ProblemKind(
    "bare_nodes",
    "warning",
    "A job of several nodes runs, and on some of them no worker is connected: it has ended, or never reached "
    "the scheduler. The workers on its other nodes go on. Where a node itself fails, Slurm ends the whole "
    "job instead.",
    "Look at the job's log. Where a worker that was there does not come back within a minute, or one "
    "that never was does not come within five, another job takes the place of its job.",
    remedies=("read_log",),
)
LACKS_WORKERS = ProblemKind(
    "lacks_workers",
    "warning",
    "A job runs, and some of its workers have not connected. The others compute meanwhile.",
    "Look at the job's log. Where they do not come within five minutes, another job takes the place of their "
    "job; not so in one allocation.",
    remedies=("read_log",),
)
JOBS_FAIL = ProblemKind(
    "jobs_fail",
    "error",
    "Three jobs in a row ended before their workers connected, so that no more are submitted: a module "
    "that is not there, a Python without Dask, a node that is broken.",
    "Look at the jobs' logs, and mend what they say; then try again, or start the cluster again with "
    "changes.",
    remedies=("try_again", "read_log", "change_options"),
    no_workers=True,
)
CANCELLED_OUTSIDE = ProblemKind(
    "cancelled_outside",
    "warning",
    "Somebody else than this cluster cancelled jobs of it: you by scancel, or an administrator. They are "
    "not submitted again by themselves.",
    "Submit them again, or leave it at that.",
    remedies=("submit_again",),
)
SUSPENDED = ProblemKind(
    "suspended",
    "warning",
    "Slurm has suspended running jobs: their workers stand still, and what they were computing waits.",
    "They go on when Slurm resumes them, for example after a job of higher priority. If nobody does, ask "
    "your site's administrators.",
)
WORKER_KILLED = ProblemKind(
    "worker_killed",
    "error",
    "A worker, or its whole job, was ended because it used more memory than it has. Its tasks run again.",
    "Start the cluster again with more memory for each job, or use smaller chunks of data.",
    remedies=("change_options",),
)
WALLTIME_SOON = ProblemKind(
    "walltime_soon",
    "warning",
    "Jobs come to their walltime soon. An info where others take their place (`keep_jobs`), for then "
    "results move there.",
    "Save what is only in the memory of their workers. With the option `keep_jobs` jobs are replaced in "
    "time.",
    otherwise="info",
    foretells=True,
)
TASK_TOO_LONG = ProblemKind(
    "task_too_long",
    "warning",
    "A task was not done when its job came to its walltime. It begins again elsewhere, and is given up "
    "after some attempts.",
    "Start the cluster again with a longer walltime, or make the task smaller.",
    remedies=("change_options",),
)
ENVIRONMENT_MISMATCH = ProblemKind(
    "environment_mismatch",
    "warning",
    "A notebook or a worker has other versions of Python, Dask or packages that matter than the scheduler "
    "has.",
    "Use the same kernel for notebook and cluster, or start the cluster again in the environment that you "
    "need.",
    remedies=("change_options",),
)
IDLE_SOON = ProblemKind(
    "idle_soon",
    "warning",
    "Nothing has run for long, and the cluster soon ends by itself. Results in its memory would be lost.",
    "Keep it, or run something on it; else save what you need.",
    remedies=("keep",),
    foretells=True,
)
CLIENT_RESTARTED = ProblemKind(
    "client_restarted",
    "info",
    "A client had all workers restarted (`Client.restart()`): what they computed and held is gone.",
    "The cluster goes on with the same jobs: compute again what you need.",
)
CLIENT_RETIRED = ProblemKind(
    "client_retired",
    "info",
    "A client retired workers (`Client.retire_workers()`). A job to which none comes back within a minute "
    "gives its place to another.",
    "To have fewer workers, scale the cluster down: then none takes their place.",
)
ENDS_WITH_JOB = ProblemKind(
    "ends_with_job",
    "info",
    "Jupyter runs inside a Slurm job, so does the cluster's controller, and the cluster ends with that "
    "job. A warning in its last 15 minutes.",
    "Save what you need before. To keep clusters for longer, start Jupyter with a longer walltime or "
    "outside of a job.",
    otherwise="warning",
    foretells=True,
)
ENDS_WITH_SERVICE = ProblemKind(
    "ends_with_service",
    "info",
    "The cluster's controller runs inside a service of this machine, and ends when that is stopped.",
    "For clusters that outlive it, its administrators can set `KillMode=process` there.",
    foretells=True,
)
NO_DASHBOARD = ProblemKind(
    "no_dashboard",
    "info",
    "Dask's dashboard cannot be drawn in the environment of the cluster. The cluster computes without it.",
    "To get it: `pip install bokeh` there, then start the cluster again.",
)
STORAGE = ProblemKind(
    "storage",
    "error",
    "The cluster's directory cannot be written: the disk is full, a quota is reached, or it is read-only. "
    "While jobs must wait for that it is an error, else a warning.",
    "Make room in the directory that the message names. It is tried again each half minute.",
    otherwise="warning",
    no_workers=True,
)
CONTROLLER_SILENT = ProblemKind(
    "controller_silent",
    "error",
    "The cluster's controller is on another host, and has written nothing for minutes: it was killed, or "
    "its host is down or cut off.",
    "If it goes on, this disappears. If not, look at it from a Jupyter on that host, or stop the cluster.",
    made_by=("jupyter",),
)
ORPHANED_JOBS = ProblemKind(
    "orphaned_jobs",
    "warning",
    "Slurm has jobs of a cluster of which nothing else is left. Those that are certainly nobody's are "
    "cancelled after ten minutes.",
    "Dismiss the card to cancel them now.",
    made_by=("jupyter",),
)
CATALOGUE: tuple[ProblemKind, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, ProblemKind)
)
"""All kinds, in the order in which they stand here."""

_BY_CODE = {kind.code: kind for kind in CATALOGUE}
_FORETELL = {kind.code for kind in CATALOGUE if kind.foretells}


def of_the_past(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what is still to be said of a cluster that has ended, or is ending."""
    return tuple(problem for problem in problems if problem.code not in _FORETELL)
