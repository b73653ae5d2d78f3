"""Searches Dask's configuration files for a key, as text: asking Dask itself takes a second."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ..protocol.errors import StorageUnavailable
from ..system.files import read_foreign

_SUFFIXES = (".yaml", ".yml", ".json")


def mention(key: str, section: str, environ: Mapping[str, str], prefix: Path | None = None) -> bool:
    """Return whether a file or a variable of Dask's configuration may set a key.

    Looks at text in the places where dask does (`dask.config.paths`), comments apart; dask itself then tells
    what it means. Blocks on the disk.

    Parameters
    ----------
    key : str
        As it stands in a file.
    section : str
        Of the configuration, where it stands; for variables such as ``DASK_<SECTION>__…``.
    environ : mapping
        The environment of the process that would read the configuration.
    prefix : Path, optional
        ``sys.prefix`` of that process, by default that of this one.
    """
    # The second one hands a whole configuration on to children, in base64.
    named = (f"DASK_{section.upper()}", "DASK_INTERNAL_INHERIT_CONFIG")
    if any(name.startswith(named) for name in environ):
        return True
    # dask-jobqueue leaves a copy of its defaults in the user's folder, each line of it a comment.
    pattern = re.compile(rf"^[^#\n]*\b{key}[\"']?\s*:", re.MULTILINE)
    return any(pattern.search(text) for text in _texts(environ, prefix or Path(sys.prefix)))


def places(environ: Mapping[str, str], prefix: Path | None = None) -> list[Path]:
    """Return where dask looks for its configuration (`dask.config.paths`); arguments as of `mention`."""
    found = [
        Path("/etc/dask"), (prefix or Path(sys.prefix)) / "etc" / "dask", Path("~/.config/dask").expanduser(),
    ]  # fmt: skip
    named = [environ[name] for name in ("DASK_CONFIG", "DASK_ROOT_CONFIG") if name in environ]
    return [*found, *(Path(name).expanduser() for name in named)]


def _texts(environ: Mapping[str, str], prefix: Path) -> Iterator[str]:
    for place in places(environ, prefix):
        with suppress(OSError):
            for path in sorted(place.iterdir()) if place.is_dir() else [place]:
                if path.suffix in _SUFFIXES:
                    with suppress(FileNotFoundError, StorageUnavailable):
                        yield read_foreign(path).decode("utf-8", errors="replace")
