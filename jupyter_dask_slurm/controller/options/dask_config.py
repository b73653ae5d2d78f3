"""Dask's configuration as dask reads it, for the presets that users keep there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dask
import dask.config
import distributed  # noqa: F401 - its defaults are part of the configuration

from ...system.places import is_file, is_folder

SECTIONS = ("jobqueue", "labextension")
_seen: list[tuple[tuple[str, int], ...]] = []


def take_over_changes() -> None:
    """Read the files again where one has changed since the last look."""
    stamps = tuple((str(path), path.stat().st_mtime_ns) for path in _files())
    if _seen and _seen[-1] != stamps:
        dask.config.refresh()
    _seen[:] = [stamps]


def configuration() -> dict[str, Any]:
    """Return the sections that are about clusters, and the files that dask read.

    Returns
    -------
    dict
        ``sections``: by name (``jobqueue``, ``labextension``), as plain JSON values; ``files``: paths;
        ``variables``: names of the ``DASK_*`` environment variables that are set.
    """
    return {
        "sections": {name: _plain(dask.config.get(name, {})) for name in SECTIONS},
        "files": [str(path) for path in _files()],
        "variables": sorted(name for name in os.environ if name.startswith("DASK_")),
    }


def _files() -> list[Path]:
    """Return the files that `dask.config.collect_yaml` reads, in its order."""
    found: list[Path] = []
    for place in map(Path, dask.config.paths):
        if is_folder(place):
            found += sorted(
                path for path in place.iterdir() if path.suffix.lower() in (".json", ".yaml", ".yml")
            )
        elif is_file(place):
            found.append(place)
    return found


def _plain(value: Any) -> Any:
    """Return a value of YAML as JSON has it: dates and the like become text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
