"""Profiles of Dask's configuration: sections of ``jobqueue``, and dask-labextension's ``labextension``.

The configuration is read by `dask.config` itself, in a kernel's Python. Here it is only understood: pure
functions over what that Python told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from ..slurm.script.option_table import FORMER
from ..system.json_text import check_values
from .documents import Entry
from .labextension import NAME, labextension_entries
from .profile import Profile

# dask-jobqueue's sections for other schedulers.
_OTHER_SCHEDULERS = ("htcondor", "local", "lsf", "moab", "oar", "pbs", "sge")
_TELLING = frozenset({
    "account", "cores", "job_directives_skip", "job_extra_directives", "job_script_prologue", "memory",
    "processes", "project", "queue", "walltime",
})  # fmt: skip
_FORMER = {former: option for option, former in FORMER.items()}
# What dask-jobqueue's own file says; a section of these alone is nobody's.
_DEFAULTS: dict[str, Any] = {
    "death_timeout": 60,
    "name": "dask-worker",
    "shebang": "#!/usr/bin/env bash",
    "walltime": "00:30:00",
    "worker_command": "distributed.cli.dask_worker",
}
_MANAGED = (
    "name",
    "shebang",
    "config_name",
    "scheduler_cls",
    "protocol",
    "security",
    "silence_logs",
    "nanny",
)


def dask_profiles(configuration: Mapping[str, Any]) -> list[Profile]:
    """Return the profiles of a configuration; one that cannot be used has an `error`.

    Parameters
    ----------
    configuration : mapping
        As `controller.options.dask_config` tells it: ``sections``, ``files`` and ``variables``.
    """
    jobqueue = section_of(configuration, "jobqueue")
    origin = ", ".join([*configuration["files"], *configuration["variables"]]) or "Dask's configuration"
    labextension = section_of(configuration, NAME)
    entries = [*_jobqueue_entries(jobqueue), *labextension_entries(labextension)]
    return [_whatever_it_is(entry, jobqueue, origin) for entry in entries]


def section_of(configuration: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section of a configuration; one that is no mapping says nothing."""
    section = configuration["sections"].get(name)
    return section if isinstance(section, Mapping) else {}


def _whatever_it_is(entry: Entry, jobqueue: Mapping[str, Any], origin: str) -> Profile:
    """Return a profile, with an `error` where what stands there is not what Dask means it to be."""
    try:
        check_values([entry.name, entry.value])
        return _profile(entry, jobqueue, origin)
    except Exception as error:  # noqa: BLE001
        # Anything may stand there, and one profile shall not hide the others.
        return Profile(entry.name, "dask", origin=origin, error=f"This cannot be understood: {error}.")


def _jobqueue_entries(jobqueue: Mapping[str, Any]) -> Iterator[Entry]:
    for name, section in jobqueue.items():
        if name in _OTHER_SCHEDULERS or not isinstance(section, dict):
            continue
        options = section_options(section)
        if _TELLING & options.keys():
            yield Entry(name, {"backend": "slurm", "options": options})


def section_options(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a section, or keywords of ``SLURMCluster``, sets under present names with underscores."""
    named = {str(key).replace("-", "_"): value for key, value in section.items()}
    current = {
        _FORMER.get(key, key): value for key, value in named.items() if value not in (None, [], {}, "")
    }
    return {key: value for key, value in current.items() if value != _DEFAULTS.get(key)}


def _profile(entry: Entry, jobqueue: Mapping[str, Any], origin: str) -> Profile:
    from .checking import OPTIONS, profile_of_entry

    where = f"jobqueue.{entry.name}" if entry.name in jobqueue else "labextension"
    value = dict(entry.value)
    if "error" in value:
        return Profile(entry.name, "dask", origin=origin, error=f"{where}: {value['error']}")
    options = dict(value.get("options") or {})
    section = jobqueue.get(options.pop("config_name", None))
    options = {**(section_options(section) if isinstance(section, dict) else {}), **section_options(options)}
    warnings = [
        f"{where}: {key} has no effect here."
        for key in sorted(options.keys() - OPTIONS)
        if key not in _MANAGED
    ]
    if isinstance(options.get("walltime"), int):
        warnings.append(
            f"{where}: walltime is the number {options['walltime']}, which Slurm takes for minutes. "
            "YAML makes a number of 12:00:00 unless it stands in quotation marks."
        )
    options = {key: option for key, option in options.items() if key in OPTIONS}
    if isinstance(options.get("job_extra_directives"), dict):
        listed = options["job_extra_directives"].items()
        options["job_extra_directives"] = [f"{key}={text}" if text else str(key) for key, text in listed]
    found = profile_of_entry(Entry(entry.name, {**value, "options": options}), "dask", where)
    return dataclasses.replace(found, origin=origin, warnings=(*warnings, *found.warnings))
