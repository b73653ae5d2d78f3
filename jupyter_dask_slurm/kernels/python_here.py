"""From what a started kernel says of its Python to how a scheduler is started with the same, here.

Its wrapper is not needed any more: its Python is started with the variables that the wrapper had set. A
kernel in a container or on another machine has a Python that may not be here; then that is said.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
from pathlib import Path

from ..slurm.address.variables import job_environment
from ..system.beside_loop import in_thread
from ..system.clean_environment import clean_environment
from ..system.files import temporary_directory, write_private
from ..system.processes import boot_id
from .command_line import before_launcher
from .environment import Environment
from .python_report import PythonReport, Silence, ask_python, script_text
from .specifications import Specification

# Of one process or session, and no matter of the environment.
_PASSING = re.compile(
    r"_|SHLVL|PWD|OLDPWD|KERNEL_.*|INVOCATION_ID|JOURNAL_STREAM|SSH_(?:CONNECTION|CLIENT|TTY)"
    # Which Slurm is spoken to, and as whom, is Jupyter's to say: its token is renewed, a kernel's is not.
    r"|(?:SLURM|SBATCH|SQUEUE|SCANCEL|SINFO|SACCT|SCONTROL)_.*"
)
_CHOOSE = "choose a kernel of this machine, for the scheduler runs here and its jobs on the nodes"


async def environment_of(specification: Specification, said: PythonReport | Silence) -> Environment:
    """Return the environment of a kernel that was started, where its Python works without its wrapper."""
    if isinstance(said, Silence):
        return Environment(specification.name, (specification.argv[0],), specification.env, problem=said.why)
    where = await in_thread(_where, said)
    # Variables of another machine say nothing here.
    env, unset = (dict(specification.env), frozenset[str]()) if where else _changes(specification, said)
    argv = (said.python or "python", *said.options)
    environment = said.environment(specification.name, argv, env, unset)
    if not Path(said.python or ".").is_absolute():
        return _with(environment, "does not tell which Python it runs (sys.executable)")
    here = await ask_python(environment.argv, environment.variables(os.environ))
    if isinstance(here, PythonReport) and _is_same(here, said):
        return environment
    if where is None:
        alone = f"finds other packages where {said.python} is started without its command"
        return _with(environment, here.why if isinstance(here, Silence) else alone)
    why = f"{where}, and its Python {said.python} with its packages is not here: {_CHOOSE}"
    elsewhere = _with(environment, why)
    in_container = await in_thread(_is_container, said)
    return await _in_its_container(specification, elsewhere) if in_container else elsewhere


def _with(environment: Environment, problem: str) -> Environment:
    """Return what is known of an environment in which nothing can be started from here."""
    return Environment(
        environment.kernel, environment.argv, environment.env, environment.python, problem=problem
    )


def _where(said: PythonReport) -> str | None:
    """Return as a predicate where else a Python runs than on this machine; None: here."""
    if said.boot is not None and said.boot != boot_id():
        return f"runs on another machine ({said.host})"
    return "runs in a container" if _is_container(said) else None


def _is_container(said: PythonReport) -> bool:
    if said.boot != boot_id() or said.mounts in (None, str(Path("/proc/self/ns/mnt").readlink())):
        return False
    try:
        status = Path(said.python).stat()
    except OSError:
        return True
    return said.file != (status.st_dev, status.st_ino)


def _is_same(here: PythonReport, said: PythonReport) -> bool:
    return _installed(here) == _installed(said)


def _installed(report: PythonReport) -> tuple[object, ...]:
    return report.version, dict(report.versions), report.packages


def _changes(specification: Specification, said: PythonReport) -> tuple[dict[str, str], frozenset[str]]:
    """Return which variables of Jupyter's a kernel has otherwise, and which it has not."""
    # As Jupyter's own: no secrets, nothing that changes what Slurm's commands are asked.
    theirs = {
        name: value
        for name, value in job_environment(clean_environment(said.environ)).items()
        if not _PASSING.fullmatch(name)
    }
    changed = {name: value for name, value in theirs.items() if os.environ.get(name) != value}
    gone = {name for name in os.environ if name not in said.environ and not _PASSING.fullmatch(name)}
    return {**changed, **specification.env}, frozenset(gone - {"PYTHONEXECUTABLE"})


async def _in_its_container(specification: Specification, environment: Environment) -> Environment:
    """Return the environment as one for clusters of this machine, where its container has our files.

    Slurm's nodes would start the workers outside of it.
    """
    at = before_launcher(specification.argv)
    if at is None:
        return environment
    argv = specification.argv[:at]
    folder = await in_thread(temporary_directory, "dask-slurm-kernel-")
    try:
        script = folder / "report.py"
        await in_thread(lambda: write_private(script, script_text()))
        said = await ask_python(argv, environment.variables(os.environ), script)
    finally:
        await in_thread(shutil.rmtree, folder, ignore_errors=True)
    if isinstance(said, Silence):
        return environment
    inside = said.environment(environment.kernel, argv, environment.env)
    return dataclasses.replace(inside, problem=environment.problem)
