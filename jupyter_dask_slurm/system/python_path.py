"""From where a Python of ours imports: nothing that others can write, and the user's folder last.

Python puts the working directory first on ``sys.path`` for ``-m`` and ``-c``, and for each empty or relative
part of ``PYTHONPATH``: then a ``random.py`` beside a notebook breaks every job, and whoever can write there
runs code as the user. Python 3.11 has ``-P`` against the first two, Python 3.10 nothing. So our processes run
an archive, which has Python leave the working directory out, get a ``PYTHONPATH`` of absolute paths, and
then call `use_safe_path`, before they import anything of others. Standard library only: it runs in jobs too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, MutableMapping, Sequence
from multiprocessing import util
from pathlib import Path
from typing import Any

from .own_directory import Say
from .trust import problem_of_folder, problem_of_place, problem_with_anybody

_CACHE = "PYTHONPYCACHEPREFIX"
# Runs in each child before its own code: what Python has put there for the working directory is empty.
_SHIELD = "import sys\nsys.path[:] = [entry for entry in sys.path if entry]\n"


def keep_safe(environ: MutableMapping[str, str], folder: Path, say: Say) -> None:
    """Take out of an environment what would have a Python import from where others can write.

    Empty parts of ``PYTHONPATH`` go: they stand for wherever a Python is started. Relative ones are taken as
    seen from `folder`, where nobody else can write there. ``PYTHONPYCACHEPREFIX`` goes where others could put
    compiled modules.
    """
    kept = []
    for part in filter(None, environ.get("PYTHONPATH", "").split(os.pathsep)):
        path, named = folder / part, Path(part).is_absolute()
        if path == folder and not named:
            continue
        problem = problem_with_anybody(path) if named else problem_of_folder(path)
        if problem is None:
            kept.append(str(path))
        else:
            say(f"Nothing is imported from {path}, which stands in PYTHONPATH: {problem}.")
    if kept:
        environ["PYTHONPATH"] = os.pathsep.join(kept)
    else:
        environ.pop("PYTHONPATH", None)
    if _CACHE in environ and _can_be_filled(Path(environ[_CACHE])):
        say(f"{_CACHE} is not used: others can write in {environ[_CACHE]}.")
        del environ[_CACHE]


def _can_be_filled(cache: Path) -> bool:
    """Return whether others can put something at `cache`, where it is or before it is made."""
    return not cache.is_absolute() or (problem_of_place(cache) or problem_with_anybody(cache)) is not None


def use_safe_path(folder: Path | None, say: Say) -> None:
    """Have this process, and those that `multiprocessing` starts for it, import from safe places only.

    Parameters
    ----------
    folder : Path, optional
        Where the user's notebooks are: the last place to import from, where nobody else can write it.
    say : callable
        Told in a sentence what is left out.
    """
    sys.path[:] = safe_entries(sys.path, folder, say)
    keep_safe(os.environ, folder or Path("/"), lambda _sentence: None)
    if _CACHE not in os.environ:
        sys.pycache_prefix = None
    shield_children()


def safe_entries(entries: Iterable[str], folder: Path | None, say: Say) -> list[str]:
    """Return the entries of a ``sys.path`` from which may be imported, with `folder` at their end."""
    kept = []
    for entry in entries:
        if not Path(entry).is_absolute() or (folder is not None and _is_same(entry, folder)):
            continue
        problem = problem_with_anybody(Path(entry))
        if problem is None:
            kept.append(entry)
        else:
            say(f"Nothing is imported from {entry}: {problem}.")
    if folder is not None:
        problem = problem_of_folder(folder)
        if problem is None:
            kept.append(str(folder))
        else:
            say(f"Modules beside the notebook, in {folder}, cannot be imported: {problem}.")
    return kept


def _is_same(entry: str, folder: Path) -> bool:
    try:
        return folder.samefile(entry)
    except OSError:
        return False


def shield_children() -> None:
    """Have Pythons that `multiprocessing` starts leave the working directory out of their path.

    It starts them with ``-c`` (workers of Dask's nannies, a fork server, what tracks resources), so that the
    working directory comes first until they have taken over this process's ``sys.path``.
    """
    start: Any = util.spawnv_passfds
    if hasattr(start, "shields"):
        return

    def spawnv_passfds(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
        shielded = list(args)
        if "-c" in shielded[:-1]:
            at = shielded.index("-c") + 1
            shielded[at] = _SHIELD + shielded[at]
        return int(start(path, shielded, passfds))

    spawnv_passfds.shields = True  # type: ignore[attr-defined]
    util.spawnv_passfds = spawnv_passfds
