"""The cluster's name where Dask's configuration names its jobs: those are named by tags here. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..protocol.cluster_names import as_name
from ..slurm.script.sbatch_options import managed_directive

# dask-jobqueue's own default.
_NOBODYS = "dask-worker"
ALSO_SAID = "--job-name is managed here."
"""So ends what is said of a directive that names jobs, wherever it stands; see `slurm.jobqueue.reading`."""


@dataclass(frozen=True)
class ConfiguredName:
    """A name, as clusters can have one, and the sentence about where it stands."""

    name: str
    warning: str


def configured_name(configuration: Mapping[str, Any]) -> ConfiguredName | None:
    """Return the name that ``jobqueue.slurm`` gives to jobs; the last one counts, as for sbatch.

    Parameters
    ----------
    configuration : mapping
        As `controller.options.dask_config` tells it: ``sections``, ``files`` and ``variables``.
    """
    jobqueue = configuration["sections"].get("jobqueue")
    section = jobqueue.get("slurm") if isinstance(jobqueue, Mapping) else None
    if not isinstance(section, Mapping):
        return None
    variables = [name for name in configuration["variables"] if name.startswith("DASK_JOBQUEUE")]
    places = ", ".join([*configuration["files"], *variables])
    for place, text in reversed(list(_said(section))):
        if name := as_name(text):
            return ConfiguredName(
                name,
                f"{place} of jobqueue.slurm ({places}) is left out: names of jobs are managed here. "
                f'A cluster that is given no name is called "{name}".',
            )
    return None


def _said(section: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each place that names jobs, and the name: first those that count less."""
    for key in ("name", "job-name", "job_name"):
        if section.get(key) not in (None, _NOBODYS):
            yield key, str(section[key])
    for key in ("job-extra", "job_extra", "job-extra-directives", "job_extra_directives"):
        for directive in _directives(section.get(key)):
            for name in _names(directive):
                yield f'"{directive}" in {key}', name


def _directives(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{key}={text}" if text else str(key) for key, text in value.items()]
    return [str(directive) for directive in value] if isinstance(value, (list, tuple)) else []


def _names(directive: str) -> Iterator[str]:
    """Yield what ``--job-name=x``, ``--job-name x``, ``-J x`` and ``-Jx`` say."""
    try:
        words = shlex.split(directive)
    except ValueError:  # an open quotation mark
        return
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if managed_directive(word) == "--job-name":
            _option, sign, text = word.partition("=" if word.startswith("--") else "J")
            yield text.removeprefix("=") if sign and text else following
