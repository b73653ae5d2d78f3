"""Dask's configuration as dask reads it, for the presets that users keep there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import dask.config
import distributed  # noqa: F401 - its defaults are part of the configuration

from ...slurm.jobqueue.sources import Place, underscored
from ...system.places import is_file, is_folder
from .written import written_in

SECTIONS = ("jobqueue", "labextension")
_NOTHING = object()
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
        ``variables``: names of the ``DASK_*`` environment variables that are set; ``places``: where the
        values of the sections stand, ``[path, file or variable, line, how it is spelt]`` each.
    """
    return {
        "sections": {name: _plain(dask.config.get(name, {})) for name in SECTIONS},
        "files": [str(path) for path in _files()],
        "variables": sorted(name for name in os.environ if name.startswith("DASK_")),
        "places": [[path, place.origin, place.line, place.text] for path, place in find_places().items()],
    }


def find_places() -> dict[str, Place]:
    """Return where the values of our sections stand; only those that Dask has taken from there."""
    found: dict[str, tuple[Place, Any]] = {}
    for path in _files():
        found |= dict(written_in(path, SECTIONS))
    for name, text in os.environ.items():
        path_of = name.removeprefix("DASK_").lower().replace("__", ".")
        if name.startswith("DASK_") and path_of.startswith(tuple(f"{section}." for section in SECTIONS)):
            found[path_of] = Place(name, None, text), dask.config.interpret_value(text)
    values = {path: value for name in SECTIONS for path, value in _inside(name, dask.config.get(name, {}))}
    return {path: place for path, (place, value) in found.items() if values.get(path, _NOTHING) == value}


def _inside(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield each value of a configuration under its path, as `written_in` does."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    yield path, value
    for key, part in parts:
        yield from _inside(f"{path}.{underscored(key)}", part)


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
