"""What others can write and what decides which code runs as this user: said, not refused.

Whoever can change a Python, its configuration or a directory of `PATH` runs code as its user with or without
this project. But a cluster takes that to every node: so it is named where one is made, and by the doctor.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..system.places import is_folder, is_there, other_writer
from .dask_files import places
from .environment import Environment

_COMMAND = "sbatch"


_AT_HOME = {
    "JUPYTER_CONFIG_DIR": ".jupyter", "JUPYTER_DATA_DIR": ".local/share/jupyter", "IPYTHONDIR": ".ipython",
    "XDG_CONFIG_HOME": ".config", "PYTHONUSERBASE": ".local",
}  # fmt: skip
"""Where Python, Jupyter and Dask look at their start, unasked: variables, and what they stand for."""


def exposed(environment: Environment, environ: Mapping[str, str], shared: Path) -> Iterator[str]:
    """Yield a sentence for each place that others can write. Blocks on the disk.

    Parameters
    ----------
    environ : mapping
        The variables of this process; the kernel's own come on top.
    shared : Path
        Where clusters stand: jobs run a program from there, and find their key.
    """
    kept = {name: value for name, value in environ.items() if name not in environment.unset}
    whole = {**kept, **environment.env}
    seen = set()
    for what, path in _decisive(environment, whole, shared):
        found = other_writer(path)
        if found is not None and found.path not in seen:
            seen.add(found.path)
            yield (
                f"{found.who} can write {found.path}, where {what} is found, and so run code as you. "
                f"Take that away (chmod go-w), or use another."
            )


def _decisive(
    environment: Environment, environ: Mapping[str, str], shared: Path
) -> Iterator[tuple[str, Path]]:
    for path in _at_home(environ):
        yield "what Python, Jupyter and Dask load at their start", path
    yield "what controllers and jobs run", shared
    if environment.specification is not None:
        yield "the description of the kernel", environment.specification / "kernel.json"
    yield "the kernel's Python", Path(environment.python or environment.argv[0])
    for place in places(environ, Path(environment.python).parents[1] if environment.python else None):
        if is_there(place):
            yield "Dask's configuration", place
            yield from (("Dask's configuration", file) for file in _files(place))
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if not folder:
            continue
        yield "Slurm's commands", Path(folder)
        if is_there(Path(folder) / _COMMAND):
            yield "Slurm's commands", Path(folder) / _COMMAND
            return


def _at_home(environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME") or "~").expanduser()
    places = [home / environ.get(variable, usual) for variable, usual in _AT_HOME.items()]
    # Packages that the user has installed: a `.pth` there runs in each Python (site(1)).
    return [home, *places, *sorted(places[-1].glob("lib/python3*/site-packages"))]


def _files(place: Path) -> list[Path]:
    try:
        return sorted(place.glob("*.y*ml")) if is_folder(place) else []
    except OSError:
        return []
