"""Effective options → dask-jobqueue's keywords: of what is sent, and of code to take along. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from ..units import parse_walltime
from . import several_nodes
from .gpu_workers import gpus_of, is_cuda
from .option_table import ROWS
from .script_text import one_word, one_word_each

LIFETIME_MARGIN_S = 60
"""So long before the walltime a worker ends by itself, in seconds; it began that much later, or less."""

SHORT_S = 600
"""Workers of jobs with a shorter walltime, in seconds, are not told when to end: that would waste it."""


def job_keywords(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of dask-jobqueue's `SLURMCluster` for (effective) options that are set.

    All that a job or its scheduler knows of is in them, but for the epilogue: dask-jobqueue has none.
    """
    found: dict[str, Any] = {row.keyword: options.get(row.name) for row in ROWS if row.keyword}
    before = {
        "job_directives_skip": several_nodes.skipped(options),
        "job_extra_directives": _directives(options),
        "job_script_prologue": _exports(options),
        "worker_extra_args": (*_lifetime_argument(options), *_resources(options)),
    }
    for keyword, first in before.items():
        own = found[keyword]
        if keyword == "worker_extra_args" and own is not None:
            own = one_word_each(lines_of(own))
        # An empty list of the user's says that a configuration's does not count.
        last = several_nodes.directives(options) if keyword == "job_extra_directives" else []
        found[keyword] = [*first, *lines_of(own), *last] or own
    if "$" in str(found["interface"]):
        found["interface"] = one_word(str(found["interface"]))
    if options.get("scheduler_interface"):
        found["scheduler_options"] = {
            **(found["scheduler_options"] or {}),
            "interface": options["scheduler_interface"],
        }
    return {keyword: value for keyword, value in found.items() if value is not None}


def lines_of(text: Any) -> list[str]:
    """Return lines, or words, which a configuration may have as one text with a line for each."""
    if text is None:
        return []
    return text.splitlines() if isinstance(text, str) else [str(line) for line in text]


def _directives(options: Mapping[str, Any]) -> Iterator[str]:
    for row in ROWS:
        if row.directive and options.get(row.name) is not None:
            yield f"{row.sbatch}={options[row.name]}"
    gpus = [f"gpu:{options['gpus']}"] if options.get("gpus") else []
    # One directive: of two sbatch takes the last.
    resources = [*gpus, *([options["gres"]] if options.get("gres") else [])]
    if resources:
        yield f"--gres={','.join(resources)}"


def _exports(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines that set the environment of the workers, before the user's own prologue."""
    if options.get("cpu_bind"):
        # sbatch has no such option; srun, where the worker's command uses it, reads this (srun(1)).
        yield f"export SLURM_CPU_BIND={shlex.quote(str(options['cpu_bind']))}"
    if is_cuda(options.get("worker_command")) and (lifetime := _lifetime(options)):
        # Its command has no argument for it; its workers read Dask's configuration.
        yield f"export DASK_DISTRIBUTED__WORKER__LIFETIME__DURATION={lifetime}"
    for name, value in (options.get("environment_variables") or {}).items():
        yield f"export {name}={shlex.quote(str(value))}"


def _lifetime_argument(options: Mapping[str, Any]) -> list[str]:
    lifetime = None if is_cuda(options.get("worker_command")) else _lifetime(options)
    return ["--lifetime", lifetime] if lifetime else []


def _lifetime(options: Mapping[str, Any]) -> str | None:
    """Return what has workers end by themselves, with their results moved, before Slurm ends them.

    The last resort: a controller that lives has replaced the job before. No stagger: all jobs of an
    array have the same walltime, and later than that is too late.
    """
    walltime_s = parse_walltime(str(options["walltime"])) if options.get("walltime") else None
    if walltime_s is None or walltime_s < SHORT_S:
        return None
    return f"{walltime_s - LIFETIME_MARGIN_S}s"


def _resources(options: Mapping[str, Any]) -> list[str]:
    """Return what lets tasks ask for GPUs (``resources`` of Dask's `Client.submit`), unless the user does.

    The GPUs of a job in equal parts; dask-cuda starts a worker for each.
    """
    gpus = gpus_of(options)
    asked = any(text.startswith("--resources") for text in options.get("worker_extra_args") or ())
    if not gpus or asked:
        return []
    cuda = is_cuda(options.get("worker_command"))
    return ["--resources", f"GPU={1 if cuda else gpus / (options.get('processes') or 1):.4g}"]
