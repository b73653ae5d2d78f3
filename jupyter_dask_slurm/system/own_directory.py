"""A directory for one process of ours alone: 0700, made by ``mkdtemp`` where nobody can take it over.

Libraries choose places of their own below the temporary directory, by names that others know too, and Dask
has Python import from its one. So each process gets a directory before any library is loaded.
Standard library only: it runs in jobs too.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .trust import problem_of_folder, problem_of_place

PREFIX = "dask-job-"
"""How the names of workers' directories begin."""
LAST_RESORT = "/tmp"  # noqa: S108  sticky, and only mkdtemp makes anything there

Say = Callable[[str], object]


def usual_places(environ: Mapping[str, str]) -> list[Path]:
    """Return where temporary files go: as Slurm or the site says, else in ``/tmp``; those that there are."""
    named = (environ.get("SLURM_TMPDIR"), environ.get("TMPDIR"), LAST_RESORT)
    places = [Path(place) for place in dict.fromkeys(named) if place]
    # Not `Path.is_dir`, which raises where a directory above may not be entered.
    return [place for place in places if place.is_absolute() and os.path.isdir(place)]  # noqa: PTH112


def prefix_beside(socket: Path) -> str:
    """Return how the name of a controller's directory begins: as that of its socket, by which it is found."""
    return f"{socket.parent.name}-"


def local_place(text: str) -> Path:
    """Return where on this host workers' directory shall be, of an option that may hold variables."""
    return Path(os.path.expandvars(text)).expanduser()


def make_own_directory(prefix: str, places: Sequence[Path], say: Say) -> Path:
    """Make a directory of our own in the first of `places` that will do.

    Parameters
    ----------
    prefix : str
        How its name begins.
    places : sequence of Path
        A missing one is made, with its parents, for this user alone.
    say : callable
        Told in a sentence why a place is not used.

    Raises
    ------
    OSError
        Where none will do. Nothing may then be started that needs a directory.
    """
    why = "there is no place for it"
    for place in places:
        try:
            return _make_in(place, prefix)
        except OSError as error:
            why = error.strerror or str(error)
            say(f"{place} is not used for temporary files: {why}.")
    raise OSError(f"No directory of its own could be made for this process: {why}")


def _make_in(place: Path, prefix: str) -> Path:
    """Return the new directory; `OSError` says by its `strerror` why there is none."""
    _refuse(problem_of_place(place))
    before = os.umask(0o077)
    try:
        place.mkdir(parents=True, exist_ok=True)
    finally:
        os.umask(before)
    own = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    try:
        # Again: somebody else may have made what was missing.
        _refuse(problem_of_place(own))
    except OSError:
        own.rmdir()
        raise
    return own


def _refuse(problem: str | None) -> None:
    if problem is not None:
        raise OSError(None, problem)


def is_private(directory: Path) -> bool:
    """Return whether a directory is the user's, and nobody else can write it."""
    return problem_of_folder(directory) is None


def remove_own_directories(prefix: str, places: Sequence[Path]) -> list[Path]:
    """Remove directories of this user that `make_own_directory` has made; returns them."""
    found = [directory for place in places for directory in own_directories(prefix, place)]
    for directory in found:
        shutil.rmtree(directory, ignore_errors=True)
    return found


def own_directories(prefix: str, place: Path) -> Iterator[Path]:
    """Yield the directories in `place` that `make_own_directory` may have made.

    None where others could have given the name to another directory of the user's: there none is made either.
    """
    if problem_of_place(place) is not None:
        return
    with suppress(OSError), os.scandir(place) as entries:
        for entry in entries:
            if entry.name.startswith(prefix):
                status = entry.stat(follow_symlinks=False)
                ours = status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == 0o700
                if ours and stat.S_ISDIR(status.st_mode):
                    yield Path(entry.path)
