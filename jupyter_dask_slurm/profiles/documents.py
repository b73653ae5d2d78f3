"""YAML files of profiles, read with the line of each key, so that what is wrong can be pointed at.

Scalars are read as YAML 1.2 has them: with YAML 1.1 a walltime of ``12:00:00`` would be the number 43200.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..slurm.jobqueue.sources import Place, Source, underscored
from ..system.json_text import LONGEST_NUMBER, check_values

MOST_BYTES = 2**20
"""A larger file is not read: PyYAML takes a minute for some megabytes."""
MOST_NODES = 20_000
"""So many values a file may have; with references to itself, a small one can stand for billions."""
_DEEPEST = 50


class DocumentError(Exception):
    """A text that is no YAML, or no list of profiles; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Entry:
    """One profile as it is written; `lines` is empty where it does not come from one text.

    `texts` are values as they are spelt, where they are no texts already. `error` says why it cannot be read;
    the others of its file can.
    """

    name: str
    value: Any
    lines: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    error: DocumentError | None = None

    def source(self, key: str, origin: str) -> Source:
        """Return the source of the mapping below one key of the profile, for sentences about it."""
        above = f"{key}."
        inside = {path.removeprefix(above): path for path in self.lines if path.startswith(above)}
        places = {
            name: Place(origin, self.lines[path], self.texts.get(path)) for name, path in inside.items()
        }
        line = self.line(key)
        return Source("", places, None if line is None else Place(origin, line))

    def line(self, path: str | None) -> int | None:
        """Return the line of a dotted path such as ``options.memory``, or of what stands around it."""
        parts = (path or "").split(".")
        while parts and ".".join(parts) not in self.lines:
            parts.pop()
        return self.lines.get(".".join(parts))


class _Loader(yaml.SafeLoader):
    """Plain values of YAML 1.2's core schema; no tags but those of JSON's values."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as PyYAML wants it
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read one value, with those in it; Python would follow them for too long (called by PyYAML)."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise DocumentError("This is nested too deeply.", int(self.get_mark().line) + 1)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


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


def _whole_number(_loader: _Loader, node: yaml.ScalarNode) -> int:
    # PyYAML takes 010 for eight.
    if len(node.value) > LONGEST_NUMBER:
        raise yaml.constructor.ConstructorError(None, None, "the number is too long", node.start_mark)
    return int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def text_of(data: bytes) -> str:
    """Return the text of a file; raises `DocumentError`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError("This is no text in UTF-8.", data.count(b"\n", 0, error.start) + 1) from None


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
    except DocumentError:
        raise
    except Exception as error:  # noqa: BLE001
        # PyYAML lets through what it did not think of, for example escapes that stand for no character.
        raise DocumentError(f"This is no YAML: {error}.", 1) from None
    if node is None:
        raise DocumentError("The file is empty.", 1)
    return loader, node


def _named(loader: _Loader, node: yaml.Node) -> Entry:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "name" and isinstance(value, yaml.ScalarNode):
                return _entry(loader, str(value.value), node)
    why = DocumentError("A profile in a list needs a name.", _line(node))
    return Entry(f"line {_line(node)}", None, error=why)


def _entry(loader: _Loader, name: str, node: yaml.Node) -> Entry:
    try:
        return _checked_entry(loader, name, node)
    except DocumentError as error:
        return Entry(name, None, error=error)


def _checked_entry(loader: _Loader, name: str, node: yaml.Node) -> Entry:
    _check_nodes(node)
    try:
        value = loader.construct_object(node, deep=True)
        check_values([name, value])
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise DocumentError(f"This is not allowed: {error.problem}.", mark.line + 1 if mark else 1) from None
    except ValueError as error:
        raise DocumentError(f"This profile {error}.", _line(node)) from None
    found = list(_inside_of(node))
    lines = {path: line for path, line, _text in found}
    texts = {path: text for path, _line, text in found if text is not None}
    return Entry(name, value, {"": _line(node), **lines}, texts)


def _check_nodes(node: yaml.Node) -> None:
    """Refuse what is too large or too deep, also by references, and keys that stand twice."""
    level, count = [node], 0
    for _ in range(_DEEPEST):
        count += len(level)
        if count > MOST_NODES:
            raise DocumentError("This has too many values.", _line(node))
        inner: list[yaml.Node] = []
        for one in level:
            inner += _inside(one)
        if not inner:
            return
        level = inner
    raise DocumentError("This is nested too deeply.", _line(node))


def _inside(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise DocumentError(f'The key "{key.value[:60]}" stands twice.', _line(key))
                seen.add(key.value)
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _inside_of(node: yaml.Node, above: str = "") -> Iterator[tuple[str, int, str | None]]:
    """Yield path, line and spelling of each value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = underscored(f"{above}{key.value}")
            plain = isinstance(value, yaml.ScalarNode) and not value.style
            yield path, _line(key), str(value.value) if plain else None
            yield from _inside_of(value, f"{path}.")
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            plain = isinstance(value, yaml.ScalarNode) and not value.style
            yield f"{above}{index}", _line(value), str(value.value) if plain else None
            yield from _inside_of(value, f"{above}{index}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
