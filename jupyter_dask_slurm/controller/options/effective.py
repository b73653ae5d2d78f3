"""What a cluster really gets: the options asked for, filled up from Dask's configuration.

The result has every key of the REST contract, None where unset; it is what users are shown and
what `keywords` turns into dask-jobqueue's keywords.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from dask.utils import format_bytes
from distributed.deploy.utils import nprocesses_nthreads

from ...protocol.directory import log_directory
from ...protocol.errors import InvalidRequest, Unprocessable
from ...protocol.models import LaunchSpec
from ...protocol.scaling import JobSize, known_nodes, known_size
from ...slurm.jobqueue.reading import path_on_nodes, sentences
from ...slurm.script.option_table import ROWS, USUAL
from ...slurm.script.script_text import is_one_line
from .configured import Configured, configured
from .one_per_gpu import settle_gpu_workers

_TEMPORARY = "temporary-directory of Dask's configuration"
_NEVER_NOTHING = ("cores", "memory", "keep_jobs", "worker_command", "nodes_per_job")
"""Without these there is no job."""


@dataclass(frozen=True)
class Effective:
    """What a cluster gets, and how that came.

    Attributes
    ----------
    options : dict
        Every option, None where unset.
    notes : tuple of str
        Sentences: what of the configuration is taken for something else, or left out.
    said : frozenset of str
        Options that the user's configuration decides.
    shebang : str, optional
        The first line of the script, where the configuration has one.
    place_of : str, optional
        The setting that names where workers spill, where that is none of the options.
    """

    options: dict[str, Any]
    notes: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()
    shebang: str | None = None
    place_of: str | None = None


def effective_options(spec: LaunchSpec) -> dict[str, Any]:
    """Return every option of the cluster as it is used, None where unset."""
    return effective(spec).options


def effective(spec: LaunchSpec) -> Effective:
    """Return what the cluster of `spec` gets.

    Raises
    ------
    Unprocessable
        Where Dask's configuration cannot be understood.
    """
    asked = {key: value for key, value in spec.options.items() if value is not None}
    if "queue" in asked:
        asked.setdefault("partition", asked["queue"])
    secure = spec.credentials is not None
    decided = {**dict.fromkeys(spec.emptied), **asked}
    found = Configured({})
    if spec.backend == "slurm":
        found = configured(decided, spec.allowed_partitions, secure=secure)
    options = _filled(spec, asked, found)
    place_of = _name_place(options)
    options["log_directory"] = _resolved(options["log_directory"], Path(spec.directory))
    if spec.backend == "local" and known_nodes(options) > 1:
        raise InvalidRequest(
            "Jobs of several nodes are for Slurm: this machine is one node.", field="options.nodes_per_job"
        )
    settle_gpu_workers(options, asked, slurm=spec.backend == "slurm")
    options["processes"] = options["processes"] or nprocesses_nthreads(options["cores"])[0]
    options["python"] = options["python"] or spec.python
    options["kernel"] = options["kernel"] or spec.kernel
    options["secure"] = secure
    options["idle_timeout"] = spec.idle_timeout_s
    told = sentences(note for note in found.notes if note[0] not in decided)
    notes = tuple(dict.fromkeys([*spec.notes, *told]))  # a profile may be of the same section
    return Effective(options, notes, found.said.difference(decided), found.shebang, place_of)


def _filled(spec: LaunchSpec, asked: Mapping[str, Any], found: Configured) -> dict[str, Any]:
    """Return all options: asked for, else configured, else the site's, else usual."""
    emptied = {*found.emptied, *spec.emptied}.difference(asked, _NEVER_NOTHING)
    configured = {name: value for name, value in found.options.items() if name not in spec.emptied}
    usual = USUAL if spec.backend == "slurm" else _local_defaults(asked)
    options: dict[str, Any] = dict.fromkeys(row.name for row in ROWS)
    options |= usual | configured | _open_defaults(spec, configured, found.said)
    options |= dict.fromkeys(emptied)
    options |= {key: asked[key] for key in asked if key in options}
    return options


def _resolved(path: str | None, directory: Path) -> str | None:
    """Return where logs go, from here on the same for all who ask."""
    if not path:
        return None
    # sbatch takes it as it is, and so do those who read the logs.
    return str(directory / log_directory(path))


def _name_place(options: dict[str, Any]) -> str | None:
    """Have one option alone say where workers spill, which Dask takes from several places.

    Returns the setting where it is none of them.
    """
    arguments, named = [], None
    words = iter(options["worker_extra_args"] or ())
    for text in words:
        flag, _, value = str(text).strip().replace(" ", "=", 1).partition("=")
        if flag == "--local-directory":
            named = value.strip() or next(words, None)
        else:
            arguments.append(text)
    if named is not None:
        options["worker_extra_args"] = arguments or None
    said = named or options["local_directory"]
    place = said or dask.config.get("temporary-directory", None)
    if place is not None and not is_one_line(str(place)):
        raise Unprocessable(f"{_TEMPORARY} cannot hold line breaks or control characters.")
    options["local_directory"] = path_on_nodes(str(place)) if place else None
    return _TEMPORARY if place and not said else None


def job_size(options: Mapping[str, Any]) -> JobSize:
    """Return the size of one job of these (effective) options.

    Raises
    ------
    InvalidRequest
        Where the workers of a job are more than its cores: each would have no thread.
    """
    if options["processes"] > options["cores"]:
        raise InvalidRequest(
            f"A job of {options['cores']} cores cannot be cut into {options['processes']} workers.",
            field="options.processes",
        )
    return known_size(options)


def _open_defaults(spec: LaunchSpec, configured: Mapping[str, Any], said: Collection[str]) -> dict[str, Any]:
    """Return the site's defaults where nobody's configuration says otherwise, only dask-jobqueue's own."""
    chosen = {**configured, **{key: value for key, value in spec.options.items() if value is not None}}
    places = chosen.get("scheduler_options") or {}
    network = "interface" in chosen or "interface" in places or "host" in places
    return {
        option: value
        for option, value in spec.defaults.items()
        if option not in said and not (network and option == "scheduler_interface")
    }


def _local_defaults(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job that leaves room for a second one on this machine."""
    cpus = len(os.sched_getaffinity(0))
    cores = asked.get("cores") or max(1, min(4, cpus // 2))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    share = memory * min(cores, cpus) // (2 * cpus)
    return {"cores": cores, "memory": format_bytes(share), "keep_jobs": True, "nodes_per_job": 1}
