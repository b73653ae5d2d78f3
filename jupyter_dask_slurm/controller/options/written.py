"""What stands in a file of Dask's configuration: each value, its line, and how it is spelt there.

Dask reads its files with YAML 1.1, in which ``12:00:00`` is the number 43200, and keeps neither text nor
line.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ...slurm.jobqueue.sources import Place, underscored

_MOST_BYTES = 2**20
_MOST_VALUES = 20_000
_DEEPEST = 20


def written_in(path: Path, sections: tuple[str, ...]) -> tuple[tuple[str, tuple[Place, Any]], ...]:
    """Return the values below the named sections of a file, by path; none of a file that cannot be read.

    What is wrong with such a file Dask itself has said, or has passed over.
    """
    try:
        status = path.stat()
        return _written(path, sections, status.st_mtime_ns, status.st_size)
    except Exception:  # noqa: BLE001 - PyYAML raises what it likes for what it does not understand
        return ()


@lru_cache(maxsize=32)
def _written(
    path: Path, sections: tuple[str, ...], _changed: int, size: int
) -> tuple[tuple[str, tuple[Place, Any]], ...]:
    if size > _MOST_BYTES:
        return ()
    loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
    root = loader.get_single_node()
    if not isinstance(root, yaml.MappingNode):
        return ()
    reader = _Reader(loader, str(path))
    return tuple(
        found
        for key, node in root.value
        if key.value in sections
        for found in reader.inside(str(key.value), key, node, 0)
    )


class _Reader:
    """Walks through the nodes of a file; references may make many of few, so they are counted."""

    def __init__(self, loader: yaml.SafeLoader, origin: str) -> None:
        self._loader = loader
        self._origin = origin
        self._left = _MOST_VALUES

    def inside(
        self, path: str, key: yaml.Node, node: yaml.Node, depth: int
    ) -> Iterator[tuple[str, tuple[Place, Any]]]:
        """Yield a value under its path, and those in it."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise ValueError("too much")
        # A text between quotation marks is what it is.
        spelt = str(node.value) if isinstance(node, yaml.ScalarNode) and not node.style else None
        place = Place(self._origin, int(key.start_mark.line) + 1, spelt)
        yield path, (place, self._loader.construct_object(node, deep=True))
        if isinstance(node, yaml.MappingNode):
            self._loader.flatten_mapping(node)  # what it takes over by <<
            for inner, value in node.value:
                yield from self.inside(f"{path}.{underscored(inner.value)}", inner, value, depth + 1)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                yield from self.inside(f"{path}.{index}", value, value, depth + 1)
