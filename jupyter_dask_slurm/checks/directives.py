"""What directives of sbatch ask for: limits and checks of the site hold for them as for options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..protocol.errors import InvalidRequest
from ..protocol.models import Site
from ..protocol.scaling import known_nodes
from ..slurm.script.directive_settings import settings_in


def as_slurm_reads_it(options: Mapping[str, Any], script: str, site: Site) -> dict[str, Any]:
    """Return the options as Slurm will understand the script that they became.

    Directives of a configuration count, and what `job_directives_skip` left out is Slurm's own default.

    Parameters
    ----------
    options : mapping
        The effective ones.
    """
    in_script = settings_in(
        line[len("#SBATCH ") :] for line in script.splitlines() if line.startswith("#SBATCH ")
    )
    booked = as_booked(options)
    found = {**booked, **settings_in(options.get("job_extra_directives") or ())}
    for name in ("account", "walltime"):
        if name not in in_script:
            found[name] = None
    # Sizes are rounded up on their way into the script.
    found["memory_in_script"] = in_script.get("memory")
    if "partition" not in in_script:
        found["partition"] = next((place.name for place in site.partitions if place.default), None)
    if (nodes := known_nodes(options)) > 1:  # ours are the last directives, and count
        found["nodes_per_job"] = nodes
    # Each task has the cores of one; of those that are more than nodes, a node may have several.
    found["cores"] = (found.get("cores") or 1) * -(-found.pop("tasks", 1) // known_nodes(found))
    if found["cores"] != booked["cores"]:  # a directive counts, and not what this option says
        found["job_cpu"] = None
    return found


def as_booked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with the cores and the memory that Slurm is asked for, in place of the workers'."""
    found = dict(options)
    if options.get("job_cpu"):
        found["cores"] = options["job_cpu"]
    if options.get("job_mem"):
        # Of 0, which is all that a node has, nothing can be said.
        found["memory"] = settings_in([f"--mem={options['job_mem']}"]).get("memory")
    return found


def refuse_settings(directives: Iterable[str]) -> None:
    """Refuse directives that there is an option for: the form would show one thing, and Slurm do another.

    Raises
    ------
    InvalidRequest
        Which names the option.
    """
    for option, value in settings_in(directives).items():
        if option == "tasks" and value != 1:
            raise InvalidRequest(
                f"Extra directives cannot ask for {value} tasks: a job is one task on each of its nodes. "
                "Take more cores, or more jobs.",
                field="options.job_extra_directives",
            )
        if option in ("tasks", "nodes_per_job") and value == 1:
            continue
        raise InvalidRequest(
            f"Extra directives cannot set what the option {option} is for; use that one.",
            field="options.job_extra_directives",
        )
