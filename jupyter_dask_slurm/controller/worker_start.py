"""What the script of a job runs: a worker command, in directories of this job's own.

``python worker.pyz -m distributed.cli.dask_worker …`` does as ``python -m …`` would; ``python worker.pyz
--clear`` removes what one that was killed has left. Standard library only, in whatever Python the job has.
The script tells by variables what bash knows:

* ``JDS_PLACE``: where the user wants the workers' directory. Empty, a variable of it is not set in this job;
* ``JDS_PYTHONPATH``: ``PYTHONPATH``, of which a Python that is being started takes notice too early;
* ``JDS_NODE``: the number of this node, where the job has several. It is part of the workers' names;
* ``JDS_OF``: the cluster, where others may have workers in the same job.
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

from ..system.own_directory import (
    PREFIX,
    is_private,
    make_own_directory,
    remove_own_directories,
    usual_places,
)
from ..system.python_path import keep_safe, use_safe_path
from ..system.trust import working_directory

NAME = "jupyter-dask-slurm"


def main() -> int:
    """Do what the command line says; returns the exit code, unless the worker command ends by its own."""
    folder = working_directory()
    wanted = os.environ.pop("JDS_PLACE", None)
    # The last one counts, as for Dask.
    wanted = [wanted, *_taken_out(sys.argv, "--local-directory")][-1]
    places = _places(wanted)
    node = os.environ.pop("JDS_NODE", "")
    # A directory may be seen by all nodes of a job, and by other clusters in it: each clears up its own.
    parts = (os.environ.get("SLURM_JOB_ID", os.getpid()), os.environ.pop("JDS_OF", ""), node)
    prefix = PREFIX + "".join(f"{part}-" for part in parts if part != "")
    if sys.argv[1:] == ["--clear"]:
        remove_own_directories(prefix, places)
        return 0
    if sys.argv[1:2] != ["-m"] or len(sys.argv) < 3:
        _say("called wrongly: -m and a module, or --clear.")
        return 2
    if wanted == "":
        _say("local_directory is not used: a variable in it is not set in this job.")
    _leave_out_empty(sys.argv)
    if node:
        _name_after(node, sys.argv)
    try:
        own = make_own_directory(prefix, places, _say)
    except OSError as error:
        _say(f"The workers were not started. {error}.")
        return 1
    try:
        _take_over_path(folder)
        use_directory(os.environ, own)
        tempfile.tempdir = None  # it looks again
        _run(sys.argv[2])
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return 0


def use_directory(environ: MutableMapping[str, str], own: Path) -> None:
    """Have workers with this environment write into a directory of their own, Dask and other libraries.

    The temporary directory of the job stays where it is the user's alone already.
    """
    environ["DASK_TEMPORARY_DIRECTORY"] = str(own)
    temporary = os.environ.get("TMPDIR")
    if not temporary or not is_private(Path(temporary)):
        environ["TMPDIR"] = str(own)


def _places(wanted: str | None) -> list[Path]:
    places = usual_places(os.environ)
    # Seen from where the job was submitted, as Dask does.
    return [working_directory() / Path(wanted).expanduser(), *places] if wanted else places


def _taken_out(arguments: list[str], option: str) -> list[str]:
    """Take an option out of a command line; returns the values that it had."""
    values, at = [], 0
    while at < len(arguments):
        if arguments[at] == option and at + 1 < len(arguments):
            values.append(arguments[at + 1])
            del arguments[at : at + 2]
        elif arguments[at].startswith(f"{option}="):
            values.append(arguments.pop(at).partition("=")[2])
        else:
            at += 1
    return values


def _leave_out_empty(arguments: list[str]) -> None:
    """Take options without a value out of a worker's command line, and say so: its own defaults count."""
    at = 3
    while at < len(arguments):
        option, sign, value = arguments[at].partition("=")
        follows = not sign and arguments[at + 1 : at + 2] == [""]
        if option.startswith("--") and (follows or (sign and not value)):
            _say(f"{option} is not used: a variable in it is not set in this job.")
            del arguments[at : at + (2 if follows else 1)]
        else:
            at += 1


def _name_after(node: str, arguments: list[str]) -> None:
    """Append the number of this node to the name on a worker's command line: each name is of one worker."""
    for name in _taken_out(arguments, "--name")[-1:]:  # the last one counts
        arguments += ["--name", f"{name}-{node}"]


def _take_over_path(folder: Path) -> None:
    """Import as ``python -m`` in this job would, but for the working directory, which comes last."""
    found = {"PYTHONPATH": os.environ.pop("JDS_PYTHONPATH", "")}
    keep_safe(found, folder, _say)
    named = found.get("PYTHONPATH", "")
    if named:
        os.environ["PYTHONPATH"] = named
    # The first one is the archive that runs; what is needed of it is imported.
    sys.path[:1] = [entry for entry in named.split(os.pathsep) if entry]
    use_safe_path(folder, _say)


def _run(module: str) -> None:
    sys.argv = [module, *sys.argv[3:]]
    # A task may import this package, of which the archive has a part.
    for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
        del sys.modules[name]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{NAME}: {sentence}\n")
    sys.stderr.flush()
