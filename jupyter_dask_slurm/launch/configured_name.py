"""The cluster's name where Dask's configuration names its jobs: those are named by tags here. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ..protocol.cluster_names import as_name
from ..slurm.jobqueue.values import directives
from ..slurm.script.sbatch_options import managed_directive, settings_of, words_of

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
    with suppress(ValueError):  # what cannot be read is refused where it is used
        return directives(value, None)[0]
    return []


def _names(directive: str) -> Iterator[str]:
    """Yield what ``--job-name=x``, ``--job-name x``, ``-J x`` and ``-Jx`` say."""
    for option, text in settings_of(words_of(directive) or ()):
        if managed_directive(option) == "--job-name":
            yield text.removeprefix("=")
