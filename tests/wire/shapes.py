"""The models as they are written: what each field holds, and what its definition says of it.

Hints say what a field holds. What it means stands below it as a text of its own, and what a word means beside
it; both are read from the source.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from jupyter_dask_slurm.protocol.models import Model
from jupyter_dask_slurm.protocol.models.base import GROWING, Schema, Sentence, Time, sent_fields

_WORD = re.compile(r'\s*"([^"]+)",\s*(?:#\s*(.*))?$')


@dataclass(frozen=True)
class Words:
    """Words that a text may be; `growing` ones are only those of today."""

    name: str | None
    words: tuple[str, ...]
    means: Mapping[str, str]
    growing: bool = False


@dataclass(frozen=True)
class ListOf:
    """A list of things of one kind."""

    item: Kind


@dataclass(frozen=True)
class MappingTo:
    """An object whose keys are names; `schema` describes it where it is no model of ours."""

    value: Kind
    schema: str | None = None


@dataclass(frozen=True)
class Nullable:
    """Something, or null."""

    kind: Kind


Simple = Literal["text", "time", "whole", "number", "flag", "anything"]
Kind = Simple | Words | ListOf | MappingTo | Nullable | type[Model]
_SIMPLE: dict[Any, Simple] = {
    str: "text", Sentence: "text", Time: "time", int: "whole", float: "number", bool: "flag", Any: "anything",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A field of a model.

    Parameters
    ----------
    name : str
        As in the JSON.
    kind : Kind
        What it holds.
    about : str
        What it means; empty where its name says that.
    default
        What it is where it is left out, as plain JSON; `MISSING` where it must not be.
    """

    name: str
    kind: Kind
    about: str
    default: Any


def fields_of(model: type[Model]) -> Iterator[Field]:
    """Walk over what the JSON of a model has."""
    hints = typing.get_type_hints(model, include_extras=True)
    about = _written(inspect.getmodule(model)).about[model.__name__]
    for field in dataclasses.fields(model):  # type: ignore[arg-type]  # each model is a dataclass
        if field.name in sent_fields(model):  # type: ignore[arg-type]  # a class can be hashed
            yield Field(field.name, kind_of(hints[field.name]), about.get(field.name, ""), _default(field))


def kind_of(hint: Any) -> Kind:
    """Return what a hint says.

    Raises
    ------
    TypeError
        Where the wire has nothing of this kind.
    """
    if isinstance(hint, type) and issubclass(hint, Model):
        return hint
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint not in _SIMPLE and origin not in _MADE_OF:
        raise TypeError(f"The wire has no {hint}.")
    return _SIMPLE[hint] if hint in _SIMPLE else _MADE_OF[origin](hint, args)


def _annotated(hint: Any, args: tuple[Any, ...]) -> Kind:
    kind, said = kind_of(args[0]), args[1]
    if said == GROWING and isinstance(kind, Words):
        return dataclasses.replace(_words(hint, kind.words), growing=True)
    if isinstance(said, Schema) and isinstance(kind, MappingTo):
        return dataclasses.replace(kind, schema=said.name)
    raise TypeError(f"The wire has no {hint}.")


def _union(_hint: Any, args: tuple[Any, ...]) -> Kind:
    return Nullable(kind_of(next(arg for arg in args if arg is not types.NoneType)))


def about(model: type[Model]) -> str:
    """Return what a model is."""
    return told(inspect.getdoc(model) or "")


def about_field(field: Field) -> str:
    """Return what a field means, and for words of which there may be more which there are today."""
    match field.kind:
        case ListOf(kind) | Nullable(kind) | kind:
            pass
    if not (isinstance(kind, Words) and kind.growing):
        return field.about
    known = (f"`{word}`: {kind.means[word]}" if word in kind.means else f"`{word}`" for word in kind.words)
    return f"{field.about} {'; '.join(known)}. Words may be added.".strip()


def told(text: str) -> str:
    """Return what Python's source says, one line a paragraph, for who reads JSON."""
    parts = [" ".join(part.split()) for part in inspect.cleandoc(text).replace("``", "`").split("\n\n")]
    begun = (re.sub(r"(^|\. )None\b", r"\1Null", part) for part in parts)
    return re.sub(r"\bNone\b", "null", "\n\n".join(begun))


def needed_for(models: tuple[type[Model], ...]) -> Iterator[type[Model] | Words]:
    """Walk over models and named words, each once and after what it is made of."""
    seen: set[Any] = set()
    for model in models:
        yield from _below(model, seen)


def _below(kind: Kind, seen: set[Any]) -> Iterator[type[Model] | Words]:
    match kind:
        case Nullable(inner) | ListOf(inner) | MappingTo(inner):
            yield from _below(inner, seen)
        case Words() if kind.name and kind.name not in seen:
            seen.add(kind.name)
            yield kind
        case type() if kind not in seen:
            seen.add(kind)
            for field in fields_of(kind):
                yield from _below(field.kind, seen)
            yield kind


def _words(hint: Any, words: tuple[str, ...]) -> Words:
    for module in _modules():
        name = next((name for name, value in vars(module).items() if value == hint), None)
        if name in _written(module).means:
            return Words(name, words, _written(module).means[name])
    return Words(None, words, {})


_MADE_OF: dict[Any, Callable[[Any, tuple[Any, ...]], Kind]] = {
    Annotated: _annotated,
    typing.Union: _union,
    types.UnionType: _union,
    Literal: _words,
    tuple: lambda _hint, args: ListOf(kind_of(args[0])),
    dict: lambda _hint, args: MappingTo(kind_of(args[1])),
}


def _modules() -> list[types.ModuleType]:
    """Return where models are defined."""
    modules = [inspect.getmodule(model) for model in Model.__subclasses__()]
    return list(dict.fromkeys(module for module in modules if module is not None))


def _default(field: dataclasses.Field[Any]) -> Any:
    factory = field.default_factory
    value = field.default if factory is dataclasses.MISSING else factory()
    if isinstance(value, Model):
        return value.to_json()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class _Written:
    """What a module says of the fields of its classes, and of the words of its names."""

    about: dict[str, dict[str, str]]
    means: dict[str, dict[str, str]]


@cache
def _written(module: types.ModuleType | None) -> _Written:
    assert module is not None
    source = inspect.getsource(module)
    written, lines = _Written({}, {}), source.splitlines()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            written.about[node.name] = _about_fields(node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found = map(_WORD.match, lines[node.lineno - 1 : node.end_lineno])
            written.means[node.targets[0].id] = {word[1]: word[2] for word in found if word and word[2]}
    return written


def _about_fields(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = told(text)
    return found
