"""The models and the options as schemas of the OpenAPI document; the rest is written there by hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.protocol.models import Model, Scaling

from .answers import ALL
from .option_schemas import option_schemas
from .shapes import Field, Kind, ListOf, MappingTo, Nullable, Words, about, about_field, fields_of, needed_for
from .yaml_text import yaml_lines

PATH = Path(__file__).parents[2] / "jupyter_dask_slurm" / "openapi.yaml"
_MARK = "    # What follows is written by scripts/contract from the models of Python: change it there.\n"
# By hand: which keys are there depends on its mode.
_BY_HAND: tuple[type[Model], ...] = (Scaling,)
_SIMPLE: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "time": {"$ref": "#/components/schemas/Time"},
    "whole": {"type": "integer", "minimum": 0},
    "number": {"type": "number"},
    "flag": {"type": "boolean"},
    "anything": {},
}


def openapi_yaml() -> str:
    """Return ``openapi.yaml`` with the schemas of the models below what is written by hand."""
    by_hand = PATH.read_text(encoding="utf-8").partition(_MARK)[0]
    return by_hand + _MARK + _lines(option_schemas()) + schemas(ALL)


def schemas(models: tuple[type[Model], ...]) -> str:
    """Return the schemas of models, and of what they are made of, as lines of YAML."""
    return _lines(_named(each) for each in needed_for(models) if each not in _BY_HAND)


def _lines(named: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{line}\n" for schema in named for line in yaml_lines(schema, 4))


def _named(kind: type[Model] | Words) -> dict[str, Any]:
    if isinstance(kind, type):
        return {kind.__name__: _object(kind)}
    if kind.growing:
        return {}
    means = "\n".join(f"* `{word}`: {meaning}" for word, meaning in kind.means.items())
    return {str(kind.name): {"description": means, "enum": list(kind.words)} if means else _enum(kind)}


def _object(model: type[Model]) -> dict[str, Any]:
    fields = list(fields_of(model))
    return {
        "description": about(model),
        "type": "object",
        "required": [field.name for field in fields],
        "properties": {field.name: _field(field) for field in fields},
    }


def _field(field: Field) -> dict[str, Any]:
    schema, description = _schema(field.kind), about_field(field)
    return {**schema, "description": description} if description else schema


def _schema(kind: Kind) -> dict[str, Any]:
    match kind:
        case Nullable(inner):
            schema = _or_null(inner)
        case ListOf(item):
            schema = {"type": "array", "items": _schema(item)}
        case MappingTo(_, schema=str(name)):
            schema = _reference(name)
        case MappingTo(value):
            schema = {"type": "object", "additionalProperties": _schema(value)}
        case Words(growing=True):
            schema = {"type": "string"}
        case Words(name):
            schema = _reference(name) if name else _enum(kind)
        case type():
            schema = _reference(kind.__name__)
        case simple:
            schema = dict(_SIMPLE[simple])
    return schema


def _or_null(kind: Kind) -> dict[str, Any]:
    schema = _schema(kind)
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return _reference("MaybeTime") if kind == "time" else {"oneOf": [schema, {"type": "null"}]}


def _enum(words: Words) -> dict[str, Any]:
    return {"enum": list(words.words)}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
