"""What a cluster really gets: the options asked for, filled up from Dask's configuration.

The result has every key of the REST contract, None where unset; it is what users are shown and
what `keywords` turns into dask-jobqueue's keywords.
"""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Collection, Mapping
from typing import Any

import dask
from dask.utils import format_bytes
from distributed.deploy.utils import nprocesses_nthreads

from ...protocol.errors import InvalidRequest, Unprocessable
from ...protocol.models import LaunchSpec
from ...protocol.scaling import JobSize, known_size
from ...slurm.script.option_table import FORMER, KEYS, ROWS, USUAL
from ...slurm.script.sbatch_options import managed_directive
from ...slurm.script.script_text import is_one_line, is_words
from .one_per_gpu import settle_gpu_workers
from .ucx import refuse_ucx

logger = logging.getLogger(__name__)

_IN_HEADER = frozenset({
    "name", "queue", "account", "project", "walltime", "job-cpu", "job-mem", "log-directory", "shebang",
    "job-extra", "job-extra-directives", "job-directives-skip", "header-skip",
})  # fmt: skip
"""Keys whose texts stand in the comments that a batch script begins with. Others are part of its command."""

_SHELL = frozenset({"job-script-prologue", "job-script-epilogue", "env-extra"})
"""Keys whose texts are commands."""


def effective_options(spec: LaunchSpec) -> dict[str, Any]:
    """Return every option of the cluster as it is used, None where unset."""
    asked = {key: value for key, value in spec.options.items() if value is not None}
    if "queue" in asked:
        asked.setdefault("partition", asked["queue"])
    secure = spec.credentials is not None
    configured = _configured(spec.allowed_partitions, secure=secure) if spec.backend == "slurm" else {}
    defaults = USUAL if spec.backend == "slurm" else _local_defaults(asked)
    options: dict[str, Any] = dict.fromkeys(row.name for row in ROWS)
    options |= defaults | configured | _open_defaults(spec, configured)
    options |= {key: asked[key] for key in asked if key in options}
    _name_place(options)
    settle_gpu_workers(options, asked, slurm=spec.backend == "slurm")
    options["processes"] = options["processes"] or nprocesses_nthreads(options["cores"])[0]
    options["python"] = options["python"] or spec.python
    options["kernel"] = options["kernel"] or spec.kernel
    options["secure"] = secure
    options["idle_timeout"] = spec.idle_timeout_s
    return options


def _name_place(options: dict[str, Any]) -> None:
    """Have one option alone say where workers spill, which Dask takes from several places."""
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
    place = named or options["local_directory"] or dask.config.get("temporary-directory", None)
    if place is not None and not is_one_line(str(place)):
        raise Unprocessable(
            "temporary-directory of Dask's configuration cannot hold line breaks or control characters."
        )
    options["local_directory"] = _unquoted(str(place)) if place else None


def _unquoted(text: str) -> str:
    """Return a path of a configuration without the quotation marks that kept its spaces together."""
    words = _words(text)
    return words[0] if len(words) == 1 else text


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


def _open_defaults(spec: LaunchSpec, configured: Mapping[str, Any]) -> dict[str, Any]:
    """Return the site's defaults where nobody's configuration says otherwise, only dask-jobqueue's own."""
    chosen = {**configured, **{key: value for key, value in spec.options.items() if value is not None}}
    places = chosen.get("scheduler_options") or {}
    said = "interface" in chosen or "interface" in places or "host" in places
    own: Any = next((part["jobqueue"]["slurm"] for part in dask.config.defaults if "jobqueue" in part), {})
    return {
        option: value
        for option, value in spec.defaults.items()
        if (option not in configured or configured[option] == own.get(KEYS[option]))
        and not (said and option == "scheduler_interface")
    }


def _configured(allowed_partitions: Collection[str], *, secure: bool) -> dict[str, Any]:
    # Its defaults join Dask's configuration; the local backend must do without it.
    import dask_jobqueue  # noqa: F401

    # A variable of the environment that is read before dask-jobqueue's defaults has underscores in its key.
    section = {
        str(key).replace("_", "-"): value for key, value in dask.config.get("jobqueue.slurm", {}).items()
    }
    _check_texts(section)
    refuse_ucx(section, secure=secure)
    found = {
        option: section.get(key) or section.get(FORMER.get(option, key).replace("_", "-"))
        for option, key in KEYS.items()
    }
    if allowed_partitions and not set(str(found["partition"]).split(",")) <= set(allowed_partitions):
        found["partition"] = None
    found["job_extra_directives"] = drop_managed(found["job_extra_directives"] or ())
    return {option: value for option, value in found.items() if value not in (None, [], {}, ())}


def _check_texts(section: Mapping[str, Any]) -> None:
    """Refuse texts of a configuration that would become commands of the job script.

    Raises
    ------
    Unprocessable
        Which names the key.
    """
    for key in section.keys() - _SHELL:
        texts = [str(part) for part in _leaves(section[key])]
        wrong = None
        if not all(map(is_one_line, texts)):
            wrong = "cannot hold line breaks or control characters."
        elif key not in _IN_HEADER and not all(map(is_words, texts)):
            wrong = (
                "can hold variables such as $TMPDIR, but no other shell syntax. "
                "Commands belong into job-script-prologue."
            )
        elif key == "shebang" and texts and not str(section[key]).startswith("#!"):
            wrong = "must begin with #!."
        if wrong:
            option = next((option for option, name in KEYS.items() if name == key), None)
            raise Unprocessable(
                f"jobqueue.slurm.{key} of Dask's configuration {wrong}", field=option and f"options.{option}"
            )


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [*value, *(leaf for part in value.values() for leaf in _leaves(part))]
    if isinstance(value, (list, tuple)):
        return [leaf for part in value for leaf in _leaves(part)]
    return [] if value is None else [value]


def drop_managed(directives: object) -> list[str]:
    """Return the directives of a configuration without those that this package manages."""
    if isinstance(directives, Mapping):
        directives = [f"{key}={value}" if value else str(key) for key, value in directives.items()]
    kept = []
    for directive in directives if isinstance(directives, (list, tuple)) else ():
        if any(managed_directive(word) is not None for word in _words(str(directive))):
            logger.warning("Dropped %r of jobqueue.slurm.job-extra-directives: it is managed here", directive)
        else:
            kept.append(str(directive))
    return kept


def _words(directive: str) -> list[str]:
    try:
        return shlex.split(directive)
    except ValueError:  # an open quotation mark: sbatch will say so
        return directive.split()


def _local_defaults(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job that leaves room for a second one on this machine."""
    cpus = len(os.sched_getaffinity(0))
    cores = asked.get("cores") or max(1, min(4, cpus // 2))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    share = memory * min(cores, cpus) // (2 * cpus)
    return {"cores": cores, "memory": format_bytes(share), "keep_jobs": True}
