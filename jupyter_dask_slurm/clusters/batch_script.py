"""A cluster as an sbatch script that runs a Python file on one like it, in one allocation. Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from ..protocol.models import Cluster
from ..protocol.scaling import first_jobs, known_nodes
from ..slurm.enclosing import term_before_s
from ..slurm.script.sbatch_options import managed_directive
from ..slurm.units import parse_walltime

USUAL_FILE = "script.py"

_BY_THE_JOB = frozenset({
    *("slurm_cluster", "partition", "memory", "walltime", "account", "nodes_per_job", "qos", "constraint"),
    *("reservation", "gres", "nodelist", "exclude", "threads_per_core", "job_mem", "job_extra_directives"),
    *("job_directives_skip", "log_directory", "idle_timeout", "keep_jobs", "one_allocation"),
    *("controller_placement", "controller_partition", "controller_walltime", "controller_memory"),
    "controller_cores",
})  # fmt: skip
"""Options of which the directives say all there is to say, or that mean nothing to one script's cluster."""

_OURS = ("-n", "--ntasks", "--ntasks-per-node", "-N", "--nodes", "--open-mode", "--signal", "--no-requeue")


def batch_script(cluster: Cluster, asked: Mapping[str, Any], script: str, *, program: str, name: str) -> str:
    """Return the script.

    Parameters
    ----------
    asked : mapping
        The options that the cluster was asked for with.
    script : str
        That of its jobs, as it was sent.
    program : str
        The Python that has this package.
    name : str
        Of the job.
    """
    first, _, rest = script.partition("\n")
    walltime = cluster.options.get("walltime")
    nodes = max(1, first_jobs(cluster.scaling)) * known_nodes(cluster.options)
    lines = [line for line in rest.splitlines() if line.startswith("#SBATCH") and not _is_ours(line)]
    flags = " ".join(shlex.quote(flag) for flag in _flags({**asked, "cores": cluster.options.get("cores")}))
    return "\n".join([
        first,
        f"#SBATCH --job-name={shlex.quote(name)}",
        *lines,
        f"#SBATCH --nodes={nodes}",
        "#SBATCH --ntasks-per-node=1",
        "# It is told some minutes before the walltime is over.",
        f"#SBATCH --signal=B:TERM@{term_before_s(parse_walltime(walltime) if walltime else None)}",
        "",
        f"# sbatch this-file my_script.py its arguments; without any it is {USUAL_FILE}.",
        f"script=${{1:-{USUAL_FILE}}}",
        "shift $(( $# > 0 ))",
        f'exec {shlex.quote(program)} -m jupyter_dask_slurm.cli run {flags} "$script" -- "$@"',
        "",
    ])  # fmt: skip


def _is_ours(line: str) -> bool:
    word = line.removeprefix("#SBATCH").strip().partition(" ")[0].partition("=")[0]
    return word in _OURS or managed_directive(word) not in (None, "--clusters")


def _flags(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield options as the command line has them."""
    for name, value in options.items():
        flag = f"--{name.replace('_', '-')}"
        if name in _BY_THE_JOB or value is None:
            continue
        if isinstance(value, bool):
            yield flag if value else f"--no-{flag.removeprefix('--')}"
        elif isinstance(value, list):
            yield from (f"{flag}={text}" for text in value)
        else:
            yield f"{flag}={json.dumps(value) if isinstance(value, dict) else value}"
