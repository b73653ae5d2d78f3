"""Effective options → dask-jobqueue's keywords. Pure, but for looks at Python's path and Dask's keys."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import dask

from ...slurm.rows import count_gpus
from ...slurm.script.script_text import one_word
from ...slurm.units import parse_walltime
from ...system.places import is_file

# Our options that dask-jobqueue has no keyword for, as directives of sbatch(1).
_DIRECTIVES = {
    "qos": "--qos",
    "constraint": "--constraint",
    "reservation": "--reservation",
    "nodelist": "--nodelist",
    "exclude": "--exclude",
    "threads_per_core": "--threads-per-core",
}
_SAME = (
    *("cores", "processes", "memory", "walltime", "account", "interface", "death_timeout"),
    *("worker_command", "job_directives_skip"),
)

WORKER_ARGUMENTS = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""A worker listens for HTTP whatever is asked; on loopback and without routes it serves nobody."""


LIFETIME_MARGIN_S = 60
"""So long before the walltime a worker ends by itself, in seconds; it began that much later, or less."""

SHORT_S = 600
"""Workers of jobs with a shorter walltime, in seconds, are not told when to end: that would waste it."""


def jobqueue_keywords(options: Mapping[str, Any], cluster_id: str) -> dict[str, Any]:
    """Return the keywords for dask-jobqueue's `SLURMCluster` of these (effective) options."""
    keywords = {name: options[name] for name in _SAME if options[name] is not None}
    scheduler_options = dict(options["scheduler_options"] or {})
    if options["scheduler_interface"]:
        scheduler_options["interface"] = options["scheduler_interface"]
    place = options["local_directory"]
    return {
        **keywords,
        "place": one_word(str(place)) if place else None,
        "python": _python(str(options["python"])),
        "queue": options["partition"],
        "job_name": f"jds-{cluster_id}",
        "job_extra_directives": [*_directives(options), *(options["job_extra_directives"] or ())],
        "job_script_prologue": [*_exports(options), *_lines(options["job_script_prologue"])],
        "epilogue": tuple(_lines(options["job_script_epilogue"])),
        "worker_extra_args": [
            *WORKER_ARGUMENTS,
            *_lifetime(options),
            *_resources(options),
            *(options["worker_extra_args"] or ()),
        ],
        "scheduler_options": scheduler_options,
        **_instead_of_former(),
    }


def _instead_of_former() -> dict[str, Any]:
    """Return what keeps dask-jobqueue from reading directives once more by the key's former name.

    `effective` has read them, and has dropped those that are managed here: it may have left none.
    """
    return {"job_extra": []} if dask.config.get("jobqueue.slurm.job-extra", None) else {}


def _python(text: str) -> str:
    """Return what starts a Python in a script; a configuration may have more words than a path."""
    return shlex.quote(text) if is_file(text) else text


def _lifetime(options: Mapping[str, Any]) -> list[str]:
    """Return what has workers end by themselves, with their results moved, before Slurm ends them.

    The last resort: a controller that lives has replaced the job before. No stagger: all jobs of an
    array have the same walltime, and later than that is too late.
    """
    walltime_s = parse_walltime(str(options["walltime"])) if options["walltime"] else None
    if walltime_s is None or walltime_s < SHORT_S:
        return []
    return ["--lifetime", f"{walltime_s - LIFETIME_MARGIN_S}s"]


def _directives(options: Mapping[str, Any]) -> Iterator[str]:
    for name, directive in _DIRECTIVES.items():
        if options[name] is not None:
            yield f"{directive}={options[name]}"
    gpus = [f"gpu:{options['gpus']}"] if options["gpus"] else []
    # One directive: of two sbatch takes the last.
    resources = [*gpus, *([options["gres"]] if options["gres"] else [])]
    if resources:
        yield f"--gres={','.join(resources)}"


def _resources(options: Mapping[str, Any]) -> list[str]:
    """Return what lets tasks ask for GPUs (``resources`` of Dask's `Client.submit`), unless the user does.

    The GPUs of a job in equal parts; dask-cuda starts a worker for each.
    """
    gpus = (options["gpus"] or 0) + count_gpus(options["gres"] or "")
    asked = any(text.startswith("--resources") for text in options["worker_extra_args"] or ())
    if not gpus or asked:
        return []
    each = 1 if str(options["worker_command"]).startswith("dask_cuda") else gpus / options["processes"]
    return ["--resources", f"GPU={each:.4g}"]


def _exports(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines that set the environment of the workers, before the user's own prologue."""
    yield "export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES='[]'"
    if options["cpu_bind"]:
        # sbatch has no such option; srun, where the worker's command uses it, reads this (srun(1)).
        yield f"export SLURM_CPU_BIND={shlex.quote(str(options['cpu_bind']))}"
    for name, value in (options["environment_variables"] or {}).items():
        yield f"export {name}={shlex.quote(str(value))}"


def _lines(text: Any) -> list[str]:
    if text is None:
        return []
    return text.splitlines() if isinstance(text, str) else [str(line) for line in text]
