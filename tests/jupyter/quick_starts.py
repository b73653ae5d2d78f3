"""What a Jupyter server of a test starts, forked from a process that has Dask loaded.

A controller, or what renders previews, takes half a second of CPU until it has loaded Dask, and a worker of
a job twice that. Where a test is about what clusters do, and not about how their processes begin, it asks for
the fixture `quick_starts`. All else is as ever: directories, command lines, scripts, signals and process ids.
Where the environment has what Python or Dask would take notice of as they are loaded, they are.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.launch import process
from jupyter_dask_slurm.protocol.directory import CONTROLLER_ARCHIVE
from jupyter_dask_slurm.system import beside_loop
from tests.controller.preloaded import PRELOADED, Forked

_NOTICED = ("PYTHON", "DASK_", "LD_")
_PROJECT = str(Path(__file__).parents[2])
_UNNOTICED = ("DASK_CONFIG", "DASK_SLURM_SHARED_DIRECTORY", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


class _Subprocess:
    """Stands for the module `subprocess` in what starts a controller."""

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, argv: Sequence[str], **keywords: Any) -> Any:  # noqa: N802 - as there
        """Start a process, or have it forked."""
        environment = keywords["env"]
        if not _is_usual(argv, environment):
            return subprocess.Popen(argv, **keywords)
        environment = {**environment, **PRELOADED.environment}
        folder = Path(keywords["cwd"]) if keywords["cwd"] else None
        return (_render if "--render" in argv else _control)(argv, environment, folder, keywords["stdout"])


def _is_usual(argv: Sequence[str], environment: Mapping[str, str]) -> bool:
    if len(argv) < 3 or argv[0] != sys.executable or Path(argv[1]).name != CONTROLLER_ARCHIVE:
        return False
    noticed = {name for name in environment if name.startswith(_NOTICED) and name not in _UNNOTICED}
    # A server of `tests.jupyter.server` has its own extension from there.
    if noticed - {"PYTHONPATH"} or environment.get("PYTHONPATH", _PROJECT) != _PROJECT:
        return False
    configuration = Path(environment.get("DASK_CONFIG", "/nowhere"))
    return not configuration.is_file() and not any(map(_says_something, configuration.glob("*.yaml")))


def _says_something(configuration: Path) -> bool:
    """Return whether this is more than the comments that Dask leaves where there was nothing."""
    return any(line.strip() and not line.startswith("#") for line in configuration.read_text().splitlines())


def _control(argv: Sequence[str], environment: Mapping[str, str], folder: Path | None, log: int) -> Forked:
    with Path(os.devnull).open("rb") as nothing:
        files = nothing.fileno(), log, log
        return PRELOADED.controller(argv, environment, files, folder=folder, quick_workers=True)


def _render(argv: Sequence[str], environment: Mapping[str, str], folder: Path | None, _: int) -> Forked:
    its_input, to_it = os.pipe()
    from_it, its_output = os.pipe()
    with Path(os.devnull).open("wb") as nothing:
        files = its_input, its_output, nothing.fileno()
        forked = PRELOADED.controller(argv, environment, files, folder=folder)
    os.close(its_input)
    os.close(its_output)
    forked.stdin, forked.stdout = os.fdopen(to_it, "wb", 0), os.fdopen(from_it, "rb", 0)
    return forked


def install() -> None:
    """Have what this process's Jupyter server starts forked from now on, where that makes no difference."""
    for module in (process, beside_loop):
        setattr(module, "subprocess", _Subprocess())  # noqa: B010 - mypy does not have modules changed
