"""YAML as one would write it: what fits stands on one line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

import yaml

_WIDTH = 120
_LINE_BREAK = re.compile(r"\n|\\n")
_ENDLESS = 1_000_000


def yaml_lines(value: dict[str, Any], indent: int) -> Iterator[str]:
    """Walk over the lines of a mapping that stands `indent` characters from the left."""
    for name, part in value.items():
        key = f"{' ' * indent}{_flow(name)}:"
        line = f"{key} {_plain(part) if isinstance(part, str) else _flow(part)}"
        if len(line) <= _WIDTH and not _LINE_BREAK.search(line):
            yield line
        elif isinstance(part, str):
            yield from _text(key, part, indent + 2)
        elif isinstance(part, list) and not any(isinstance(item, (dict, list)) for item in part):
            yield from _list(key, _flow(part), indent + 2)
        elif isinstance(part, dict):
            yield key
            yield from yaml_lines(part, indent + 2)
        else:
            raise TypeError(f"{name} is too long for one line.")


def _list(key: str, flow: str, indent: int) -> Iterator[str]:
    yield key
    first = f"{' ' * indent}"
    yield from textwrap.wrap(flow, _WIDTH, initial_indent=first, subsequent_indent=f"{first} ")


def _text(key: str, text: str, indent: int) -> Iterator[str]:
    yield f"{key} {'|' if chr(10) in text else '>-'}"
    for part in text.splitlines():
        left, hanging = " " * indent, "  " if part.startswith("* ") else ""
        filled = textwrap.fill(
            part, _WIDTH, initial_indent=left, subsequent_indent=left + hanging, break_on_hyphens=False
        )
        yield filled if part else ""


class _Dumper(yaml.SafeDumper):
    """Quotes as we do."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    node = dumper.represent_str(text)
    return yaml.ScalarNode(node.tag, text, style='"') if _needs_quotes(text) else node


_Dumper.add_representer(str, _quoted)


def _needs_quotes(text: str, *, within: str = "[") -> bool:
    dumped = yaml.safe_dump([text], default_flow_style=within == "[", width=_ENDLESS)
    return dumped.removeprefix("- ").removeprefix("[")[0] in "'\""


def _plain(text: str) -> str:
    """Return a text as it may stand behind its key, where commas need no quotes."""
    return _flow(text) if _needs_quotes(text, within="-") else text


def _flow(value: Any) -> str:
    dumped = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, width=_ENDLESS, sort_keys=False, allow_unicode=True
    )
    return dumped.removesuffix("\n...\n").strip()
