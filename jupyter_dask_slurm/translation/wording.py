"""Models in another language: their sentences, and nothing else of them. Pure."""

from __future__ import annotations

import collections.abc
import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
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
    """Return a model, or a list of such, with its sentences translated; itself where none changes."""
    if isinstance(value, Model):
        return reworded(value, translate)
    if isinstance(value, (list, tuple)):
        told = [in_words_of(item, translate) for item in value]
        return told if any(one is not before for one, before in zip(told, value, strict=True)) else value
    return value


def reworded(model: _M, translate: _Translate) -> _M:
    """Return a model with its fields that are marked `Sentence` translated; itself where none changes."""
    if model.is_of_others:
        return model
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
    """Return what translates the sentences of a value of that type; None where there are none in it.

    Such a value may always be None, also where its type does not say so.
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return _unless_none(lambda text, to: to(text)) if SENTENCE in args[1:] else _reworder(args[0])
    if origin in (typing.Union, types.UnionType):
        return _of_members([arg for arg in args if arg is not types.NoneType])
    if origin is tuple:
        return _of_tuple(args)
    if origin in (dict, collections.abc.Mapping):
        part = _reworder(args[1])
        return part and _unless_none(lambda parts, to: {name: part(one, to) for name, one in parts.items()})
    if isinstance(hint, type) and issubclass(hint, Model) and _fields(hint):  # type: ignore[arg-type]
        return _unless_none(reworded)
    return None


def _unless_none(reword: _Reworder) -> _Reworder:
    return lambda value, to: None if value is None else reword(value, to)


def _of_tuple(items: tuple[Any, ...]) -> _Reworder | None:
    if items[-1] is Ellipsis:
        of = _reworder(items[0])
        return of and _unless_none(lambda values, to: tuple(of(value, to) for value in values))
    each = [_reworder(item) for item in items]
    if not any(each):
        return None
    return _unless_none(
        lambda values, to: tuple(
            value if of is None else of(value, to) for of, value in zip(each, values, strict=True)
        )
    )


def _of_members(members: Sequence[Any]) -> _Reworder | None:
    """Return what translates a value of one of several types, of which its class tells the one it is of.

    Raises
    ------
    TypeError
        It cannot be told.
    """
    with_sentences = [(member, of) for member in members if (of := _reworder(member)) is not None]
    if len(members) == 1 or not with_sentences:
        return with_sentences[0][1] if with_sentences else None
    if not all(isinstance(member, type) for member in members):
        raise TypeError(f"one of {members} has sentences, and which one a value is of cannot be told")
    return _unless_none(
        lambda value, to: next((of(value, to) for cls, of in with_sentences if type(value) is cls), value)
    )
