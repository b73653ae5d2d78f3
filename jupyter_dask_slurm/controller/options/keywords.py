"""Effective options → what makes the cluster that is sent: dask-jobqueue's keywords, and ours beside them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ...protocol.scaling import known_nodes, known_size
from ...protocol.tags import tag_stem
from ...slurm.script.job_keywords import job_keywords, lines_of
from ...slurm.script.script_text import one_word, one_word_each
from ...system.places import is_file

WORKER_ARGUMENTS = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""A worker listens for HTTP whatever is asked; on loopback and without routes it serves nobody."""

_NO_ROUTES = "export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES='[]'"

# Managed by the submitter, and by the script's own directories.
_OURS = ("log_directory", "local_directory")


def jobqueue_keywords(
    options: Mapping[str, Any], cluster_id: str, shebang: str | None = None
) -> dict[str, Any]:
    """Return the keywords for `SlurmCluster` of these (effective) options."""
    named = job_keywords(options)
    place = options["local_directory"]
    return {
        **{keyword: value for keyword, value in named.items() if keyword not in _OURS},
        "place": one_word(str(place)) if place else None,
        "python": _python(str(options["python"])),
        "queue": options["partition"],
        "job_name": tag_stem(cluster_id),
        **({"shebang": shebang} if shebang else {}),
        # Given also where they are empty: the configuration's own are among them already.
        "job_extra_directives": named.get("job_extra_directives", []),
        "job_script_prologue": [_NO_ROUTES, *named.get("job_script_prologue", [])],
        "nodes": known_nodes(options),
        "step_cpus": known_size(options).cpus_of_node if options.get("one_allocation") else None,
        "epilogue": tuple(lines_of(options["job_script_epilogue"])),
        "worker_extra_args": [*WORKER_ARGUMENTS, *named.get("worker_extra_args", [])],
        "scheduler_options": named.get("scheduler_options", {}),
    }


def _python(text: str) -> str:
    """Return what starts a Python in a script; a configuration may have more words than a path."""
    return shlex.quote(text) if is_file(text) else " ".join(one_word_each([text]))
