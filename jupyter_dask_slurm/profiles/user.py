"""The user's own profiles: one YAML file each, 0600, below ``<shared>/profiles``. Blocks on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import yaml

from ..protocol.errors import StorageUnavailable
from ..slurm.script.script_text import is_one_line
from ..system.files import (
    check_private_directory,
    make_private_directory,
    read_private,
    storage_errors,
    write_private,
)
from .documents import MOST_BYTES, DocumentError, read_one, text_of
from .profile import Profile

_FILE = re.compile(r"([A-Za-z0-9][A-Za-z0-9 ._-]{0,39})\.yaml")


class UserProfiles:
    """The user's own profiles on disk, a file each.

    Parameters
    ----------
    shared : Path
        Where the clusters stand too, so that all login nodes see the same profiles.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._folder = shared / "profiles"

    def all(self) -> list[Profile]:
        """Return all of them by name; one that cannot be used has an `error`.

        Where their folder cannot be used, one entry under its name says why.
        """
        try:
            return [self._read(name) for name in sorted(self._names())]
        except StorageUnavailable as error:
            return [Profile(self._folder.name, "user", origin=str(self._folder), error=error.message)]

    def write(self, profile: Profile) -> None:
        """Save a profile under its name.

        Raises
        ------
        StorageUnavailable
        """
        make_private_directory(self._shared)
        make_private_directory(self._folder)
        whole = profile.to_json()
        body = {key: whole[key] for key in ("description", "backend", "options", "scaling") if whole[key]}
        # YAML takes some of the characters that are not printable for line breaks, unless they are escaped.
        readable = all(map(is_one_line, profile.description.split("\n")))
        text = yaml.safe_dump(body, sort_keys=False, allow_unicode=readable)
        write_private(self._path(profile.name), text)

    def remove(self, name: str) -> None:
        """Remove a profile; raises `StorageUnavailable`."""
        path = self._path(name)
        with storage_errors(path, "remove"), suppress(FileNotFoundError):
            path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.yaml"

    def _names(self) -> Iterator[str]:
        if not os.path.lexists(self._folder):
            return
        check_private_directory(self._folder)
        with storage_errors(self._folder, "read"):
            found = [_FILE.fullmatch(path.name) for path in self._folder.iterdir()]
        yield from (match[1] for match in found if match)

    def _read(self, name: str) -> Profile:
        from .checking import profile_of_entry

        path = self._path(name)
        try:
            entry = read_one(name, text_of(read_private(path, most_bytes=MOST_BYTES)))
        except DocumentError as error:
            why = f"{path}, line {error.line}: {error.message}"
        except StorageUnavailable as error:
            why = error.message
        except FileNotFoundError:
            why = f"{path} was removed just now."
        else:
            return profile_of_entry(entry, "user", str(path))
        return Profile(name, "user", origin=str(path), error=why)
