"""YAML files of profiles, read with the line of each key, so that what is wrong can be pointed at.

Scalars are read as YAML 1.2 has them: with YAML 1.1 a walltime of ``12:00:00`` would be the number 43200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


class DocumentError(Exception):
    """A text that is no YAML, or no list of profiles; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One profile as it is written; `lines` is empty where it does not come from one text."""

    name: str
    value: Any
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, path: str | None) -> int | None:
        """Return the line of a dotted path such as ``options.memory``, or of what stands around it."""
        parts = (path or "").split(".")
        while parts and ".".join(parts) not in self.lines:
            parts.pop()
        return self.lines.get(".".join(parts))


class _Loader(yaml.SafeLoader):
    """Plain values of YAML 1.2's core schema; no tags but those of JSON's values."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as PyYAML wants it


_PLAIN = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?", "-+.0123456789"),
}
for _kind, (_pattern, _first) in _PLAIN.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}",
        re.compile(f"^(?:{_pattern})$"),
        ["" if c == "\0" else c for c in _first],
    )
# PyYAML takes 010 for eight.
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _loader, node: int(node.value))


def read_one(name: str, text: str) -> Entry:
    """Read a file that is one profile.

    Raises
    ------
    DocumentError
    """
    loader, node = _parse(text)
    return _entry(loader, name, node)


def read_several(text: str) -> list[Entry]:
    """Read a file of several profiles, below ``profiles`` or at once.

    They are a mapping by name, or a list of mappings with a ``name``.

    Raises
    ------
    DocumentError
    """
    loader, node = _parse(text)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "profiles":
                node = value
    if isinstance(node, yaml.MappingNode):
        return [_entry(loader, str(key.value), value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return [_named(loader, item) for item in node.value]
    raise DocumentError("There must be profiles here, each below its name.", _line(node))


def _parse(text: str) -> tuple[_Loader, yaml.Node]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DocumentError(f"This is no YAML: {error.problem}.", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError as error:
        raise DocumentError(f"This is no YAML: {str(error).splitlines()[0]}.", 1) from None
    if node is None:
        raise DocumentError("The file is empty.", 1)
    return loader, node


def _named(loader: _Loader, node: yaml.Node) -> Entry:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "name" and isinstance(value, yaml.ScalarNode):
                return _entry(loader, str(value.value), node)
    raise DocumentError("A profile in a list needs a name.", _line(node))


def _entry(loader: _Loader, name: str, node: yaml.Node) -> Entry:
    try:
        value = loader.construct_object(node, deep=True)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DocumentError(f"This is not allowed: {error.problem}.", mark.line + 1 if mark else 1) from None
    return Entry(name, value, {"": _line(node), **dict(_lines(node))})


def _lines(node: yaml.Node, above: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = f"{above}{key.value}".replace("-", "_")
            yield path, _line(key)
            yield from _lines(value, f"{path}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
