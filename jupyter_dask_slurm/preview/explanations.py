"""What each line of a job script means, in words for who has never written one. Pure.

Sources: sbatch(1), and dask-worker's and dask-jobqueue's manuals.
"""

from __future__ import annotations

import re
import shlex

from ..slurm.script.option_table import ROWS

_DIRECTIVES: tuple[tuple[str, str], ...] = (
    (r"(?:-J|--job-name)", "The job's name. The command line replaces it by the tag of the cluster's jobs."),
    (r"(?:-n|--ntasks)", "One task for Slurm, the worker command; it starts the workers itself."),
    ("--ntasks-per-node", "One task on each node, the worker command."),
    (r"--(?:gres|gpus\S*)", "Generic resources, such as GPUs, of the job."),
    (r"(?:-e|--error)", "Where Slurm writes the job's stderr; replaced by the cluster's own logs."),
    (r"(?:-o|--output)", "Where Slurm writes what the job says; replaced by the cluster's own logs."),
    *((f"(?:-{row.letter}|{row.sbatch})" if row.letter else str(row.sbatch), row.line)
      for row in ROWS if row.line),
)  # fmt: skip
_DIRECTIVE = re.compile(r"#SBATCH\s+(.*)")
_OTHER_DIRECTIVE = "An option of sbatch, as you gave it."

_LINES: tuple[tuple[str, str], ...] = (
    (r"#!", "The shell that runs this script on the node."),
    (
        r'\[ -z "\$\{SLURM_JWT',
        "Starts this script again without your token for Slurm: jobs do without.",
    ),
    (r"JDS_FIRST=", "The number of the first job of this submission: it makes the workers' names."),
    (r"umask 077$", "What workers write is for you alone; a umask among your own lines counts instead."),
    (
        r"jds\(\)",
        (
            "How Python is run here: in a new directory of this job's own, in the local directory if one is "
            "named and nobody else can write there, else where the node has temporary files. Nothing is "
            "imported from where others can write."
        ),
    ),
    (
        "JDS_ON_NODE=",
        (
            "What runs on each node: Python, in a new directory of this job's own, in the local directory if "
            "one is named and nobody else can write there, else where the node has temporary files. Nothing "
            "is imported from where others can write. At the end, what killed workers have left is removed."
        ),
    ),
    (r"trap 'exit 143' TERM", "When Slurm ends the job, this script waits for its workers, and ends."),
    (r"trap 'jds --clear' EXIT", "At its end, whatever workers that were killed have left is removed."),
    (
        r"export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES=",
        "Workers serve no pages of their own: nobody on the node can look in.",
    ),
    (
        r"export DASK_DISTRIBUTED__WORKER__LIFETIME__DURATION=",
        "A worker ends by itself a little before Slurm would end it, and hands its results on.",
    ),
    (r"export SLURM_CPU_BIND=", "How srun binds tasks to cores."),
    (r"export \w+=", "An environment variable of the workers."),
    (r"\s*$", ""),
)
_OTHER_LINE = "A line of your own: it runs in each job."

_WORKER_OPTIONS: tuple[tuple[str, str], ...] = (
    ("--nthreads", "threads of each worker"),
    ("--nworkers", "workers in each job"),
    ("--memory-limit", "memory of each worker; near it, a worker spills to disk, pauses and is restarted"),
    ("--death-timeout", "seconds after which a worker without a scheduler gives up, so that no job idles"),
    ("--lifetime", "a worker ends by itself a little before Slurm would end it, and hands its results on"),
    ("--interface", "the network that the workers use"),
    ("--resources", "what tasks can ask for by name"),
    ("--tls-cert", "the cluster's own certificate: nobody else is let in"),
)


_OF_A_NODE = re.compile(r"#SBATCH --(?:cpus-per-task|mem|gres|gpus)\b")


def explain(line: str, *, several_nodes: bool = False) -> str:
    """Return what a line of the script of a job, of one node or several, means; empty for an empty line.

    >>> explain("#SBATCH --cpus-per-task=8")
    'Cores of the job, shared by its workers.'
    """
    if several_nodes and _OF_A_NODE.match(line):
        return explain(line).replace("of the job", "of the job on each of its nodes")
    directive = _DIRECTIVE.match(line)
    if directive is not None:
        return _first(_DIRECTIVES, directive[1]) or _OTHER_DIRECTIVE
    if " --nthreads " in line and "--death-timeout" in line:
        return _worker_command(line)
    for pattern, words in _LINES:
        if re.match(pattern, line):
            return words
    return _OTHER_LINE


def _first(table: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((words for pattern, words in table if re.match(rf"{pattern}(?=[\s=]|$)", text)), None)


def _worker_command(line: str) -> str:
    words = _split(line)
    parts = [
        f"{option} {words[words.index(option) + 1]}: {meaning}"
        if option not in ("--tls-cert", "--lifetime")
        else f"{option}: {meaning}"
        for option, meaning in _WORKER_OPTIONS
        if option in words[:-1]
    ]
    where = ", on each node of the job: srun starts one task there" if words[:1] == ["srun"] else ""
    said = f"Starts the workers{where}. {'; '.join(parts)}."
    return said.replace("workers in each job", "workers there") if where else said


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
