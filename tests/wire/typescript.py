"""The models as TypeScript: shapes that read what the server sends, and their types."""

from __future__ import annotations

import dataclasses
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from jupyter_dask_slurm.protocol.models import Model

from .answers import AT_START, FOR_BROWSERS
from .shapes import Field, Kind, ListOf, MappingTo, Nullable, Words, about, about_field, fields_of, needed_for

_WIDTH = 110
_HEAD = """\
/**
 * SUBJECT, as shapes.
 * Written by scripts/contract from the models of Python: change it there.
 *
 * Numbers carry their unit in the name; times are ISO 8601 text in UTC. `added` is what may be left out.
 */

"""
_SIMPLE = {
    "text": "text", "time": "text", "whole": "number", "number": "number", "flag": "flag",
    "anything": "anything",
}  # fmt: skip
_HELPERS = (
    "added",
    "anything",
    "flag",
    "Infer",
    "list",
    "nullable",
    "number",
    "object",
    "record",
    "text",
    "word",
)


def start_ts() -> str:
    """Return ``src/api/atStart.ts``: what JupyterLab reads from its start on."""
    body = declarations(AT_START)
    return (
        _HEAD.replace("SUBJECT", "What the server sends that JupyterLab reads from its start on")
        + _helpers(body)
        + "\n"
        + body
    )


def contract_ts() -> str:
    """Return ``src/api/contract.ts``: all that the server sends; what is read at the start is passed on."""
    known = list(needed_for(AT_START))
    body = declarations(FOR_BROWSERS, known)
    constants = [_constant(_name(each)) for each in known]
    used = ", ".join(name for name in constants if re.search(rf"\b{name}\b[^:]", _code(body)))
    parts = [
        _HEAD.replace("SUBJECT", "What the server sends"),
        f"import {{ {used} }} from './atStart';\n",
        _helpers(body),
        "\nexport * from './atStart';\n\n",
        body,
    ]
    return "".join(parts)


def declarations(models: tuple[type[Model], ...], known: Sequence[type[Model] | Words] = ()) -> str:
    """Return the shapes and types of models and of all that these hold, but for what is known already."""
    new = [each for each in needed_for(models) if each not in known]
    parts = [_words(each) if isinstance(each, Words) else _object(each) for each in new]
    return "\n".join(part for part in parts if part)


def _helpers(body: str) -> str:
    used = [name for name in _HELPERS if re.search(rf"\b{name}\b[^:]", _code(body))]
    return f"import {{ {', '.join(used)} }} from './shape';\n"


def _name(each: type[Model] | Words) -> str:
    return (each.name or "") if isinstance(each, Words) else each.__name__


def _code(text: str) -> str:
    return re.sub(r"/\*\*.*?\*/|//[^\n]*|'[^']*'", "", text, flags=re.DOTALL)


def _words(words: Words) -> str:
    if words.growing or words.name is None:
        return ""
    return _declared(words.name, _word(words, means=True), "")


def _object(model: type[Model]) -> str:
    fields = ",\n".join("".join(_field(field)) for field in fields_of(model))
    return _declared(model.__name__, f"object({{\n{fields}\n}})", about(model))


def _declared(name: str, shape: str, says: str) -> str:
    constant = _constant(name)
    written = f"export const {constant} = {shape};\nexport type {name} = Infer<typeof {constant}>;\n"
    return _comment(says) + written


def _field(field: Field) -> Iterator[str]:
    yield _comment(about_field(field), indent="  ")
    shape = _shape(field.kind)
    if not isinstance(field.kind, Nullable) and field.default is not dataclasses.MISSING:
        shape = f"added({shape}, {_value(field.default)})"
    yield f"  {field.name}" if field.name == shape else f"  {field.name}: {shape}"


def _shape(kind: Kind) -> str:
    match kind:
        case Nullable(inner):
            shape = f"nullable({_shape(inner)})"
        case ListOf(item):
            shape = f"list({_shape(item)})"
        case MappingTo(value):
            shape = f"record({_shape(value)})"
        case Words(growing=True):
            shape = "text"
        case Words(name):
            shape = _constant(name) if name else _word(kind)
        case type():
            shape = _constant(kind.__name__)
        case simple:
            shape = _SIMPLE[simple]
    return shape


def _word(words: Words, *, means: bool = False) -> str:
    if not (means and words.means):
        return f"word({', '.join(map(_quoted, words.words))})"
    last = words.words[-1]
    lines = [f"  {_quoted(word)}{',' if word != last else ''} // {words.means[word]}" for word in words.words]
    return "\n".join(["word(", *lines, ")"])


def _comment(text: str, indent: str = "") -> str:
    """Return a text as a comment of TSDoc, on one line if it fits."""
    if not text:
        return ""
    one = f"{indent}/** {' '.join(text.split())} */\n"
    if len(one) <= _WIDTH + 1:
        return one
    lines = "\n\n".join(
        textwrap.fill(part, _WIDTH - len(indent) - 3, break_on_hyphens=False) for part in text.split("\n\n")
    ).splitlines()
    return "".join(
        [f"{indent}/**\n", *(f"{indent} * {line}".rstrip() + "\n" for line in lines), f"{indent} */\n"]
    )


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{name}: {_value(part)}' for name, part in value.items())} }}" if value else "{}"
        )
    return _quoted(value) if isinstance(value, str) else json.dumps(value).removesuffix(".0")


def _quoted(word: str) -> str:
    return f"'{word}'"


def _constant(name: str) -> str:
    return name[0].lower() + name[1:]
