"""What the script of a job says, as statements that are the same whoever wrote it: dask-jobqueue, or we."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dask
from dask_jobqueue.slurm import SLURMCluster
from distributed.core import Status

from jupyter_dask_slurm.slurm.jobqueue.sources import underscored

_NEED_NOT_BE_SAID = {"cores": 4, "memory": "8 GB"}
"""Here; dask-jobqueue insists on them."""

_OF_EACH_OWN = {"--name": 1, "--no-dashboard": 0, "--dashboard-address": 1}
"""Arguments of each worker that are ours or its own, and how many words follow them."""

_OUR_LIFETIME = re.compile(r"argument --lifetime \d+s")
_WHERE_SET = re.compile(r"\$\{\w+:\+(.*)\}")


def theirs(section: str, keywords: Mapping[str, Any] | None = None) -> list[str]:
    """Return what dask-jobqueue's own script says, of a section of the configuration that Dask has read.

    Parameters
    ----------
    keywords : mapping, optional
        Those of `SLURMCluster`, as dask-labextension gives them.

    Raises
    ------
    Exception
        Whatever dask-jobqueue raises where it can make nothing of it.
    """
    said = dask.config.get(f"jobqueue.{section}")
    known = {underscored(key) for key in said}
    # It knows no section that lacks a key; here that is filled from the usual one.
    lacking = {key: value for key, value in dask.config.get("jobqueue.slurm").items()
               if underscored(key) not in known}  # fmt: skip
    given = dict(keywords or {})
    for name, value in _NEED_NOT_BE_SAID.items():
        if {**lacking, **said}.get(name) is None:
            given.setdefault(name, value)
    with dask.config.set({f"jobqueue.{section}": {**said, **lacking}}):
        cluster = SLURMCluster(asynchronous=True, config_name=section, **given)
        job: Any = cluster._dummy_job
    cluster.status = Status.closed  # it has never been started
    header = job.job_header.splitlines()
    own = [f"#SBATCH -J {job.job_name}", f"#SBATCH -e {job.log_directory}/{job.job_name or 'worker'}-%J.err",
           f"#SBATCH -o {job.log_directory}/{job.job_name or 'worker'}-%J.out"]  # fmt: skip
    for line in own:
        if line in header:
            header.remove(line)
    scheduler = dask.config.get(f"jobqueue.{section}.scheduler-options", None) or {}
    python, _, words = job._command_template.partition(" -m ")
    return [
        *_stated("directive", (line.removeprefix("#SBATCH ") for line in header)),
        *_stated("before", filter(None, job._job_script_prologue)),
        *_of_command(shlex.split(words)),
        f"python {python}",
        f"shebang {job.shebang}",
        *_stated("logs", [job.log_directory] if job.log_directory else []),
        *_stated("scheduler", (f"{underscored(key)}={value}" for key, value in scheduler.items())),
    ]


def ours(script: str, options: Mapping[str, Any]) -> list[str]:
    """Return what a script of ours says, given the (effective) options that it was made of."""
    lines = script.splitlines()
    (command,) = (index for index, line in enumerate(lines) if line.startswith("jds -m "))
    begins = lines.index("export DASK_DISTRIBUTED__WORKER__HTTP__ROUTES='[]'") + 1
    runs = next(line for line in lines if line.startswith("jds() "))
    found = re.fullmatch(
        r'jds\(\) \{ (?:JDS_PLACE=(.*) )?JDS_PYTHONPATH=\S+ PYTHONPATH= (.*) \S+ "\$@"; \}', runs
    )
    assert found is not None
    scheduler = options["scheduler_options"] or {}
    place = [f"argument --local-directory {_where_set(shlex.split(found[1])[0])}"] if found[1] else []
    header = [line.removeprefix("#SBATCH ") for line in lines if line.startswith("#SBATCH ")]
    arguments = list(_of_command(shlex.split(lines[command].removeprefix("jds -m "))))
    # Of two the last one counts, and the first is ours: workers end a little before Slurm would end them.
    lifetime = next(filter(_OUR_LIFETIME.fullmatch, arguments), None)
    return [
        *_stated("directive", (line for line in header if not line.startswith("-J "))),
        *_stated("before", lines[begins:command]),
        *(argument for argument in arguments if argument is not lifetime),
        *place,
        f"python {found[2]}",
        f"shebang {lines[0]}",
        *_stated("logs", [options["log_directory"]] if options["log_directory"] else []),
        *_stated("scheduler", (f"{key}={value}" for key, value in scheduler.items())),
    ]


def _where_set(text: str) -> str:
    """Return a text without what makes it empty where one of its variables is not set."""
    while found := _WHERE_SET.fullmatch(text):
        text = found[1]
    return text


def _stated(what: str, values: Iterable[str]) -> Iterator[str]:
    return (f"{what} {value}" for value in values)


def _of_command(words: list[str]) -> Iterator[str]:
    """Yield module and arguments of a worker's command, but the address of its scheduler."""
    module, _address, *rest = words
    yield f"module {module}"
    while rest:
        flag, values = rest.pop(0), []
        while rest and not rest[0].startswith("--"):
            values.append(rest.pop(0))
        del values[: _OF_EACH_OWN.get(flag, 0)]
        if flag not in _OF_EACH_OWN or values:
            yield " ".join(["argument", flag, *values])
