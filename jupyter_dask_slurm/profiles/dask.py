"""Profiles of Dask's configuration: sections of ``jobqueue``, and dask-labextension's ``labextension``.

The configuration is read by `dask.config` itself, in a kernel's Python. Here it is only understood: pure
functions over what that Python told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ..slurm.jobqueue.reading import Reading, keys_of, read
from ..slurm.jobqueue.sizes import usual_processes
from ..slurm.jobqueue.sources import Place, Source, places_of, underscored
from ..slurm.script.option_table import FORMER, USUAL
from ..system.json_text import check_values
from .labextension import NAME, InitialCluster, clusters_of, scaling_of
from .profile import Profile

# dask-jobqueue's sections for other schedulers.
_OTHER_SCHEDULERS = ("htcondor", "local", "lsf", "moab", "oar", "pbs", "sge")
_TELLING = frozenset({
    "account", "cores", "job_cpu", "job_directives_skip", "job_extra_directives", "job_mem",
    "job_script_prologue", "memory", "processes", "project", "queue", "walltime", *FORMER.values(),
})  # fmt: skip
# What dask-jobqueue's own file says; a section of these alone is nobody's.
_DEFAULTS: dict[str, Any] = {
    "death_timeout": 60,
    "name": "dask-worker",
    "shebang": "#!/usr/bin/env bash",
    "walltime": "00:30:00",
    "worker_command": "distributed.cli.dask_worker",
}
_SLURM = "slurm"
"""The section with dask-jobqueue's defaults below it: what it leaves empty nobody has emptied."""


def dask_profiles(configuration: Mapping[str, Any]) -> list[Profile]:
    """Return the profiles of a configuration; one that cannot be used has an `error`.

    Parameters
    ----------
    configuration : mapping
        As `controller.options.dask_config` tells it: ``sections``, ``files``, ``variables`` and ``places``.
    """
    sections = _Sections(configuration)
    found = [sections.profile_of_section(name) for name in sections.telling()]
    return [*found, *(sections.profile_of_cluster(cluster) for cluster in initial_clusters(configuration))]


def initial_clusters(configuration: Mapping[str, Any]) -> list[InitialCluster]:
    """Return the clusters of dask-labextension, each with a name that no section has."""
    taken = {str(name) for name in _Sections(configuration).telling()}
    return clusters_of(section_of(configuration, NAME), taken)


def section_of(configuration: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a section of a configuration; one that is no mapping says nothing."""
    section = configuration["sections"].get(name)
    return section if isinstance(section, Mapping) else {}


class _Sections:
    """The configuration, and where things stand in it."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        self._jobqueue = section_of(configuration, "jobqueue")
        self._places: Mapping[str, Place] = places_of(configuration.get("places"))
        self._origin = (
            ", ".join([*configuration["files"], *configuration["variables"]]) or "Dask's configuration"
        )

    def telling(self) -> Iterator[str]:
        """Yield the names of sections of ``jobqueue`` that say something of jobs of Slurm."""
        for name, section in self._jobqueue.items():
            if name in _OTHER_SCHEDULERS or not isinstance(section, Mapping):
                continue
            said = {underscored(key): value for key, value in section.items()}
            if any(said[key] not in (None, [], {}, "", _DEFAULTS.get(key)) for key in _TELLING & said.keys()):
                yield str(name)

    def profile_of_section(self, name: str) -> Profile:
        """Return the profile of a section of ``jobqueue``."""
        return self._whatever_it_is(name, lambda: self._of_section(name))

    def profile_of_cluster(self, cluster: InitialCluster) -> Profile:
        """Return the profile of a cluster of dask-labextension."""
        return self._whatever_it_is(cluster.name, lambda: self._of_cluster(cluster))

    def _whatever_it_is(self, name: str, make: Any) -> Profile:
        """Return a profile, with an `error` where what stands there is not what Dask means it to be."""
        try:
            check_values([name, self._jobqueue.get(name)])
            made: Profile = make()
        except Exception as error:  # noqa: BLE001
            # Anything may stand there, and one profile shall not hide the others.
            return Profile(name, "dask", origin=self._origin, error=f"This cannot be understood: {error}.")
        return made

    def _of_section(self, name: str) -> Profile:
        reading = self._reading(name)
        return self._profile(name, f"jobqueue.{name}", {"backend": "slurm"}, reading, f"jobqueue.{name}")

    def _of_cluster(self, cluster: InitialCluster) -> Profile:
        if cluster.error:
            return Profile(cluster.name, "dask", origin=self._origin, error=f"{NAME}: {cluster.error}")
        check_values(cluster.keywords)
        reading = read(_of_interest(cluster.keywords), Source.below(cluster.path, self._places))
        usual = (
            self._reading(_SLURM, reading.options).options
            if isinstance(self._jobqueue.get(_SLURM), Mapping)
            else {}
        )
        if cluster.section is not None and isinstance(self._jobqueue.get(cluster.section), Mapping):
            reading = _together(self._reading(cluster.section, reading.options), reading)
        else:
            reading.emptied.clear()  # of what a keyword leaves open dask-jobqueue reads its configuration
        size = {**USUAL, **(usual if cluster.backend == "slurm" else {}), **reading.options}
        scaling, notes, error = scaling_of(cluster, size.get("processes") or usual_processes(size["cores"]))
        if error:
            return Profile(cluster.name, "dask", origin=self._origin, error=f"{NAME}: {error}")
        reading.notes += [("scaling", f"{NAME}: {note}") for note in (*cluster.notes, *notes)]
        body = {"backend": cluster.backend, "scaling": scaling}
        return self._profile(cluster.name, NAME, body, reading, cluster.path)

    def _reading(self, name: str, asked: Mapping[str, Any] = MappingProxyType({})) -> Reading:
        """Return what a section of ``jobqueue`` says, where keywords are in place of some of it."""
        section = _of_interest(self._jobqueue[name])
        if name == _SLURM:
            # Its name and its first line count, whatever the profile is.
            section = {
                key: value
                for key, value in section.items()
                if value != _DEFAULTS.get(underscored(key)) and key not in ("name", "shebang")
            }
        reading = read(section, Source.below(f"jobqueue.{name}", self._places), asked)
        if name == _SLURM:
            reading.emptied.clear()  # dask-jobqueue leaves most empty itself
        return reading

    def _profile(
        self, name: str, where: str, body: Mapping[str, Any], reading: Reading, path: str
    ) -> Profile:
        """Return a profile; `path` leads to its keywords, for what is wrong with one of them."""
        from .checking import File, profile_of_reading

        source = Source.below(path, self._places)

        def stands(field: str | None) -> str:
            found = re.match(r"options\.(\w+)", field or "")
            return source.stands(keys_of(found[1])) or where if found else where

        file = File("dask", self._origin, stands)
        return profile_of_reading(name, {**body, "options": reading.options}, reading, file)


def _of_interest(section: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a section without the name and the shebang that dask-jobqueue has for everybody."""
    unsaid = ("name", "shebang")
    return {
        key: value
        for key, value in section.items()
        if key not in unsaid or value not in (None, _DEFAULTS[key])
    }


def _together(section: Reading, keywords: Reading) -> Reading:
    """Return what a section says and keywords change; one that is None takes the section's back."""
    return Reading(
        options={**section.options, **keywords.options},
        emptied=section.emptied.difference(keywords.options),
        notes=[*section.notes, *keywords.notes],
        faults=[
            *(fault for fault in section.faults if not fault.is_settled(keywords.options)),
            *keywords.faults,
        ],
    )
