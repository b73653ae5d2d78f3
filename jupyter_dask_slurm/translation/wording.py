"""Models in another language: their sentences, and nothing else of them. Pure."""

from __future__ import annotations

import collections.abc
import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from ..protocol.models.base import SENTENCE, Model

_M = TypeVar("_M", bound=Model)
_Translate = Callable[[str], str]
_Reworder = Callable[[Any, _Translate], Any]
_FORM = ("title", "description", "x-unit")
_BECOMES = "x-slurm"
_FLAG = re.compile(r"--[a-z-]+")


def in_words_of(value: Any, translate: _Translate) -> Any:
    """Return a model, or a list of such, with its sentences translated; everything else as it is."""
    if isinstance(value, Model):
        return reworded(value, translate)
    if isinstance(value, (list, tuple)):
        return [in_words_of(item, translate) for item in value]
    return value


def reworded(model: _M, translate: _Translate) -> _M:
    """Return a model with its fields that are marked `Sentence` translated; itself where none changes."""
    changed = {}
    for name, reword in _fields(type(model)):  # type: ignore[arg-type]  # a class can be hashed
        before = getattr(model, name)
        after = reword(before, translate)
        if after != before:
            changed[name] = after
    return dataclasses.replace(model, **changed) if changed else model  # type: ignore[type-var]


def reworded_schema(schema: Mapping[str, Any], translate: _Translate) -> dict[str, Any]:
    """Return a JSON schema with what a form shows of it, titles and descriptions, translated."""
    return {
        key: translate(value)
        if key in _FORM and isinstance(value, str)
        else _after_flag(value, translate)
        if key == _BECOMES
        else reworded_schema(value, translate)
        if isinstance(value, dict)
        else value
        for key, value in schema.items()
    }


def _after_flag(text: str, translate: _Translate) -> str:
    """Return what an option becomes: one of a command, and what else in words."""
    whole, flag = translate(text), _FLAG.match(text)
    if whole != text or flag is None:
        return whole
    return flag[0] + translate(text[flag.end() :])


@cache
def _fields(cls: type[Model]) -> tuple[tuple[str, _Reworder], ...]:
    """Return the fields that hold sentences, also in what they are made of; found out once for a class."""
    hints = typing.get_type_hints(cls, include_extras=True)
    found = ((field.name, _reworder(hints[field.name])) for field in dataclasses.fields(cls))  # type: ignore[arg-type]
    return tuple((name, reword) for name, reword in found if reword is not None)


def _reworder(hint: Any) -> _Reworder | None:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _sentence if SENTENCE in args[1:] else _reworder(args[0])
    if origin in (typing.Union, types.UnionType):
        return _reworder(next(arg for arg in args if arg is not types.NoneType))
    if origin is tuple:
        item = _reworder(args[0])
        return None if item is None else lambda values, to: tuple(item(value, to) for value in values)
    if origin in (dict, collections.abc.Mapping):
        part = _reworder(args[1])
        return (
            None if part is None else lambda parts, to: {name: part(one, to) for name, one in parts.items()}
        )
    if isinstance(hint, type) and issubclass(hint, Model) and _fields(hint):  # type: ignore[arg-type]
        return lambda model, to: None if model is None else reworded(model, to)
    return None


def _sentence(text: str | None, translate: _Translate) -> str | None:
    return None if text is None else translate(text)
