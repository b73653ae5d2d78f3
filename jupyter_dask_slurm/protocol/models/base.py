"""Base of all models: to and from plain JSON values; and times as text."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import datetime, timezone
from functools import cache, cached_property
from typing import Any, TypeVar

_M = TypeVar("_M", bound="Model")


def iso_time(epoch_s: float | None = None) -> str:
    """Return a time as ISO 8601 text in UTC; `epoch_s` in seconds, now by default."""
    moment = datetime.now(timezone.utc) if epoch_s is None else datetime.fromtimestamp(epoch_s, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch_time(iso: str) -> float:
    """Return the seconds since 1970 of a time that `iso_time` made."""
    return datetime.strptime(iso, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()


class Model:
    """Base of all models: to and from plain JSON values."""

    def to_json(self) -> dict[str, Any]:
        """Return the model as plain dicts, lists, text and numbers."""
        return {f.name: _encode(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @cached_property
    def json_text(self) -> str:
        """The model as JSON; made once, for models do not change."""
        return json.dumps(self.to_json())

    @classmethod
    def from_json(cls: type[_M], data: dict[str, Any]) -> _M:
        """Build the model from plain JSON values.

        Raises
        ------
        TypeError, ValueError, KeyError
            Where a required field is missing or a value has another shape.
        """
        if not isinstance(data, dict):
            raise TypeError(f"{cls.__name__} needs an object, not {type(data).__name__}")
        decoders = _decoders(cls)  # type: ignore[arg-type]  # a class can be hashed
        return cls(**{name: decode(data[name]) for name, decode in decoders if name in data})


_Decoder = Callable[[Any], Any]


@cache
def _decoders(cls: type[Model]) -> tuple[tuple[str, _Decoder], ...]:
    """Return for each field how its plain value becomes what it is; found out once for a class."""
    hints = typing.get_type_hints(cls)
    return tuple((f.name, _decoder(hints[f.name])) for f in dataclasses.fields(cls))  # type: ignore[arg-type]


def _decoder(hint: Any) -> _Decoder:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = _decoder(next(arg for arg in args if arg is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _decoder(args[0])
        return lambda values: tuple(map(item, values))
    if isinstance(hint, type) and issubclass(hint, Model):
        return hint.from_json
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _encode(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_json()
    if isinstance(value, (list, tuple)):
        return [_encode(item) for item in value]
    return value
