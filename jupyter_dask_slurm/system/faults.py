"""What it means when this machine refuses: each number of errno(3) as a sentence, with what to do about it.

The one place for it, for Jupyter and controllers, for programs that cannot be started and files that cannot
be written. Slurm has no part in any of these: they are never called a Slurm that does not answer.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..protocol.errors import DaskSlurmError, MachineFault
from .places import is_file
from .processes import hostname

_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - nothing of ours is put there
_ADMINISTRATORS = "Ask the administrators of this machine."
_ROOM = "Make room there, then try again."

# Whatever was done: what is used up, or broken.
_ANYWAY = {
    errno.ENOMEM: ("no memory is left", "End programs that use much, or ask for more."),
    errno.EMFILE: (
        "this process has as many files and connections open as it may",
        "Raise its limit (ulimit -n), then start Jupyter again; close what is not needed.",
    ),
    errno.ENFILE: ("this machine has as many files open as it can", _ADMINISTRATORS),
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EDQUOT: ("your quota is used up", "Remove files of yours there, or ask for more."),
    errno.EROFS: ("the file system can only be read", _ADMINISTRATORS),
    errno.EIO: ("the disk or the file server fails", _ADMINISTRATORS),
    errno.ESTALE: (
        "the file server does not know it any more",
        f"Try again; if that does not help: {_ADMINISTRATORS}",
    ),
    errno.ETIMEDOUT: ("the file server does not answer", f"Try again. {_ADMINISTRATORS}"),
    errno.EHOSTDOWN: ("the file server does not answer", f"Try again. {_ADMINISTRATORS}"),
    errno.ENOTCONN: ("the file system is not connected any more", _ADMINISTRATORS),
    errno.ELOOP: ("symbolic links lead in a circle, or a link stands where none may", "Remove the link."),
    errno.ENAMETOOLONG: ("its name is too long", "Choose a directory with a shorter path."),
}
_PROGRAM = {
    errno.EAGAIN: (
        "the limit of this user's processes and threads is reached",
        "End some programs, or ask the administrators to raise the limit (ulimit -u).",
    ),
    errno.ENOEXEC: ("it is no program for this machine", _ADMINISTRATORS),
    errno.ETXTBSY: ("it is being written at this moment", "Try again."),
    errno.E2BIG: (
        "its arguments and environment are too long",
        "Remove large variables from the environment of Jupyter or of the kernel.",
    ),
    errno.EPERM: ("this user is not permitted to", _ADMINISTRATORS),
}
_FILE = {
    errno.EACCES: ("this user is not permitted to", "See who owns it and its directories, and their modes."),
    errno.EPERM: ("this user is not permitted to", "See who owns it and its directories, and their modes."),
    errno.ENOENT: ("it is not there", "See that its directory exists."),
    errno.EFBIG: ("the file would be larger than files may be", "Raise the limit (ulimit -f)."),
    errno.ENOTDIR: ("a part of its path is a file", "Move that file, or choose another directory."),
}
_USED_UP = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""These say nothing of what was wanted: anything would have failed."""


def of_file(error: OSError) -> str:
    """Return why a file cannot be used and what to do, from the colon on."""
    return _said(error, {**_ANYWAY, **_FILE})


def of_program(
    program: str, error: OSError, *, path: str | None = None, directory: Path | str | None = None
) -> str:
    """Return the whole sentence why a program did not start, and what to do.

    Parameters
    ----------
    program : str
        As it was called.
    path : str, optional
        The ``PATH`` in which it was looked for.
    directory : path, optional
        Where it was to run.
    """
    start = f"{program} cannot be started: "
    if directory is not None and error.filename is not None and str(error.filename) == str(directory):
        return f"{start}its working directory {directory} cannot be used: {of_file(error)}"
    if error.errno in (errno.ENOENT, errno.EACCES, errno.ENOTDIR):
        return start + why_missing(program, path)
    return start + _said(error, {**_ANYWAY, **_PROGRAM})


def why_missing(program: str, path: str | None = None) -> str:
    """Return why there is no such program to start, from the colon on."""
    path = os.environ.get("PATH", os.defpath) if path is None else path
    places = [Path(program)] if os.sep in program else [Path(one, program) for one in path.split(":") if one]
    there = next((place for place in places if is_file(place)), None)
    if there is None and os.sep in program:
        return f"No such file or directory. {_ADMINISTRATORS}"
    if there is None:
        return (
            f"it is in none of the directories of PATH ({path}). "
            "Add its directory to the PATH of Jupyter, and of the kernel where that sets one."
        )
    if not os.access(there, os.X_OK):
        return f"{there} may not be executed by this user. See its mode (chmod), or its place in PATH."
    return f"{there} names an interpreter in its first line that is not there. {_ADMINISTRATORS}"


def is_used_up(error: BaseException | None) -> bool:
    """Return whether this machine or process lacks something that any other work would need too.

    Processes, threads, descriptors, memory; in `error` or in what it was raised from.
    """
    while error is not None:
        if _no_thread(error) or isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError) and error.errno in _USED_UP:
            return True
        error = getattr(error, "os_error", None) or error.__cause__
    return False


def as_known(error: BaseException | None) -> BaseException | None:
    """Return an error as one that users can read, where it is a fault of this machine; else as it is."""
    if error is None or isinstance(error, DaskSlurmError) or not is_used_up(error):
        return error
    return MachineFault(
        f"{hostname()} cannot do this now: {of_exhaustion(error)}", details=str(error) or None
    )


def of_shared_memory() -> str | None:
    """Return why Python's processes can share no locks and what to do, from the colon on, or None.

    ``multiprocessing``, by which Dask's nannies start workers, has its semaphores there (sem_overview(7)).
    """
    try:
        with tempfile.TemporaryFile(dir=_SHARED_MEMORY):
            return None
    except OSError as error:
        what, _ = {**_ANYWAY, **_FILE}.get(error.errno or 0, (error.strerror, ""))
        return (
            f"{_SHARED_MEMORY}, where processes keep their locks, cannot be written ({what}). "
            + _ADMINISTRATORS
        )


def of_exhaustion(error: BaseException) -> str:
    """Return what is used up and what to do, of an error of which `is_used_up` is true."""
    found: BaseException | None = error
    while found is not None:
        if _no_thread(found):
            return _said(OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)), _PROGRAM)
        if isinstance(found, MemoryError):
            return _said(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), _ANYWAY)
        if isinstance(found, OSError) and found.errno in _USED_UP:
            return _said(found, {**_ANYWAY, **_PROGRAM})
        found = getattr(found, "os_error", None) or found.__cause__
    return str(error)


def _no_thread(error: BaseException) -> bool:
    # What threading says where clone(2) says EAGAIN.
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


def _said(error: OSError, table: Mapping[int, tuple[str, str]]) -> str:
    words = error.strerror or str(error)
    if error.errno is None or error.errno not in table:
        return f"{words}."
    what, advice = table[error.errno]
    return f"{words} ({what}). {advice}"
