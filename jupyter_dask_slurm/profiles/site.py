"""The administrator's profiles: one YAML file, named by the trait ``site_profiles``. Blocks on the disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..protocol.errors import StorageUnavailable
from ..system.faults import of_file
from ..system.files import open_plain, read_all
from .documents import MOST_BYTES, DocumentError, Entry, read_several, text_of
from .profile import Profile


class SiteProfiles:
    """The administrator's file of profiles, read anew each time.

    Parameters
    ----------
    path : Path, optional
        None where the administrator has none.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def all(self) -> list[Profile]:
        """Return all of them in the order of the file; one that cannot be used has an `error`.

        Where the file as a whole cannot be used, one entry under its name says why.
        """
        if self._path is None:
            return []
        from .checking import profile_of_entry

        try:
            entries = self._entries(self._path)
        except DocumentError as error:
            why = f"{self._path}, line {error.line}: {error.message}"
        except StorageUnavailable as error:
            why = error.message
        except OSError as error:
            why = f"Cannot read {self._path}: {of_file(error)}"
        else:
            return [profile_of_entry(entry, "site", str(self._path)) for entry in entries]
        return [Profile(self._path.name, "site", origin=str(self._path), error=why)]

    def _entries(self, path: Path) -> list[Entry]:
        with open_plain(path) as file:
            _check_writers(os.fstat(file.fileno()), path)
            # Who can write the directory can put another file in this one's place.
            _check_writers(path.resolve().parent.stat(), path.resolve().parent)
            return read_several(text_of(read_all(path, file, MOST_BYTES)))


def _check_writers(status: os.stat_result, path: Path) -> None:
    """Refuse what another user can write: profiles name programs that run.

    Raises
    ------
    DocumentError
    """
    sticky = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
    if status.st_uid not in (0, os.geteuid()):
        raise DocumentError(f"{path} belongs to another user (uid {status.st_uid}), so it is not used.", 1)
    if status.st_mode & 0o022 and not sticky:
        mode = stat.S_IMODE(status.st_mode)
        raise DocumentError(
            f"{path} can be written by other users (its mode is {mode:04o}), so it is not used.", 1
        )
