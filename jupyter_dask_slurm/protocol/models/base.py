"""Base of all models: to and from plain JSON values; and times as text."""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import math
import re
import time
import types
import typing
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache, cached_property, lru_cache, partial
from typing import Annotated, Any, TypeVar

_M = TypeVar("_M", bound="Model")


def iso_time(epoch_s: float | None = None) -> str:
    """Return a time as ISO 8601 text in UTC; `epoch_s` in seconds, now by default."""
    return _iso_second(math.floor(time.time() if epoch_s is None else epoch_s))


# Jobs of an array have the same few times, thousands of times over.
@lru_cache(maxsize=1024)
def _iso_second(epoch_s: int) -> str:
    return datetime.fromtimestamp(epoch_s, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1024)
def epoch_time(iso: str) -> float:
    """Return the seconds since 1970 of a time that `iso_time` made."""
    return datetime.strptime(iso, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


Time = Annotated[str, "ISO 8601 in UTC, as `iso_time` writes it"]

SENTENCE = "a sentence of ours"
Sentence = Annotated[str, SENTENCE]
"""What a model says in words of ours, or nothing. Nothing else is ever translated."""

GROWING = "words may be added"
"""Annotates words of which a reader that is older than the writer may meet some that it does not know."""
UNSENT = {"sent": False}
"""The metadata of a field that is no part of the JSON."""


@dataclasses.dataclass(frozen=True)
class Schema:
    """Annotates JSON that is no model of ours: the schema in ``openapi.yaml`` that describes it."""

    name: str


class WrongShapeError(ValueError):
    """A plain JSON value is not what a model has in its place.

    Parameters
    ----------
    path : str
        Dotted path of the value, as far as it is known.
    why : str
        A predicate.
    """

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or 'it'} {why}")
        self.path = path
        self.why = why

    def below(self, name: str) -> WrongShapeError:
        """Return the same of a value that stands in a field of that name."""
        return WrongShapeError(f"{name}.{self.path}" if self.path else name, self.why)


class Model:
    """Base of all models: to and from plain JSON values."""

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain dicts, lists, text and numbers."""
        return {name: _encode(getattr(self, name)) for name in sent_fields(type(self))}  # type: ignore[arg-type]

    @property
    def is_of_others(self) -> bool:
        """Whether its sentences are somebody else's words, which are never translated."""
        return False

    @cached_property
    def json_text(self) -> str:
        """The model as JSON; made once, for models do not change."""
        return json.dumps(self.to_json())

    @classmethod
    def from_json(cls: type[_M], data: dict[str, Any]) -> _M:
        """Build the model from plain JSON values, each of which must be of the kind that its field is of.

        Raises
        ------
        WrongShapeError
            A `ValueError`: where a required field is missing or a value has another shape.
        """
        values, decoders = _of_kind(dict, data), _decoders(cls)  # type: ignore[arg-type]  # a class can be hashed
        found: dict[str, Any] = {}
        for name, decode in decoders:
            if name in values:
                try:
                    found[name] = decode(values[name])
                except WrongShapeError as error:
                    raise error.below(name) from None
        try:
            return cls(**found)
        except TypeError:
            missing = next(name for name in _required(cls) if name not in found)  # type: ignore[arg-type]
            raise WrongShapeError(missing, "is missing") from None


@cache
def sent_fields(cls: type[Model]) -> tuple[str, ...]:
    """Return the fields that its JSON has, in their order."""
    every = dataclasses.fields(cls)  # type: ignore[arg-type]
    return tuple(f.name for f in every if f.metadata.get("sent", True))


@cache
def _required(cls: type[Model]) -> tuple[str, ...]:
    """Return the fields that have no default."""
    return tuple(
        f.name
        for f in dataclasses.fields(cls)  # type: ignore[arg-type]
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    )


_Decoder = Callable[[Any], Any]
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_LARGEST = 2**63
_WORDS: dict[type, str] = {str: "text", bool: "true or false", dict: "an object", list: "a list"}


@cache
def _decoders(cls: type[Model]) -> tuple[tuple[str, _Decoder], ...]:
    """Return for each field how its plain value becomes what it is; found out once for a class."""
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple((f.name, _decoder(hints[f.name])) for f in dataclasses.fields(cls))  # type: ignore[arg-type]


def _decoder(hint: Any) -> _Decoder:
    if typing.get_origin(hint) is Annotated and hint not in _SIMPLE:
        hint = typing.get_args(hint)[0]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _decoder(next(arg for arg in args if arg is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _decoder(args[0])
        return lambda values: tuple(map(item, _of_kind(list, values)))
    if origin in (dict, collections.abc.Mapping):
        inside = _decoder(args[1])
        return lambda value: {name: inside(part) for name, part in _of_kind(dict, value).items()}
    if origin is typing.Literal:
        # Any word: that of a later version is no damage.
        return partial(_of_kind, type(args[0]))
    if isinstance(hint, type) and issubclass(hint, Model):
        return hint.from_json
    return _SIMPLE.get(hint, _as_it_is)


def _as_it_is(value: Any) -> Any:
    return value


def _of_kind(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise WrongShapeError("", f"is {_word(value)} where {_WORDS[kind]} belongs")
    return value


def _whole_number(value: Any) -> int:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or abs(value) >= _LARGEST:
        raise WrongShapeError("", f"is {_word(value)} where a whole number belongs")
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise WrongShapeError("", f"is {_word(value)} where a number belongs")
    return value


def _time(value: Any) -> str:
    text = _of_kind(str, value)
    try:
        if _ISO_TIME.fullmatch(text):
            epoch_time(text)
            return str(text)
    except ValueError:
        pass
    raise WrongShapeError("", "is no time as 2026-11-20T21:00:00Z is one")


_SIMPLE: dict[Any, _Decoder] = {
    str: partial(_of_kind, str),
    bool: partial(_of_kind, bool),
    int: _whole_number,
    float: _number,
    Time: _time,
}


def _word(value: Any) -> str:
    if value is None:
        return "null"
    return next((word for kind, word in _WORDS.items() if isinstance(value, kind)), "a number")


def _encode(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    if isinstance(value, dict):
        return {name: _encode(item) for name, item in value.items()}
    return value
