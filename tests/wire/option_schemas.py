"""The options of a cluster as schemas: as they are asked for, and as a cluster really has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from jupyter_dask_slurm.options.schema import ClusterOptions, SchedulerOptions

_NULL = {"type": "null"}
_ASKED = """\
What a user may ask for. All optional: the profile, then Dask's configuration, then the site fill the rest. \
They mean what dask-jobqueue's keywords of the same name mean. `GET /schema` has titles too.

400 where `gpu_workers` is `one_per_gpu` and another number of `processes` or another `worker_command` is \
asked for, or no GPU; and where `nodes_per_job` is asked of the backend `local`."""
_HAD = "What the cluster really has, from whatever source; every key is present, null where unset."
# What else pydantic says is for the form.
_SAID = ("description", "examples", "x-unit")
_LIMITS = ("items", "additionalProperties", "minimum", "maximum", "maxItems", "maxProperties")
_TYPES = ("type", "enum", "additionalProperties")


def option_schemas() -> Iterator[dict[str, Any]]:
    """Walk over the schemas, each by its name."""
    asked = dict(_asked())
    yield {"Options": {"description": _ASKED, **_closed(asked)}}
    scheduler = SchedulerOptions.model_json_schema()["properties"]
    yield {"SchedulerOptions": _closed({name: _or_null(about) for name, about in scheduler.items()})}
    had = {name: _type_of(asked[name]) for name in ClusterOptions.model_fields}
    yield {"EffectiveOptions": {"description": _HAD, "required": list(had), **_closed(had)}}


def _asked() -> Iterator[tuple[str, dict[str, Any]]]:
    properties = ClusterOptions.model_json_schema()["properties"]
    for name, option in ClusterOptions.model_fields.items():
        said = {key: properties[name][key] for key in _SAID if key in properties[name]}
        yield name, {**_or_null(properties[name]), **said}
        for other in _other_names(option, name):
            yield other, {**_or_null(properties[name]), "description": f"Another word for `{name}`."}


def _other_names(option: FieldInfo, name: str) -> list[str]:
    alias = option.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else []
    return [str(choice) for choice in choices if choice != name]


def _or_null(about: dict[str, Any]) -> dict[str, Any]:
    kind = next(choice for choice in about["anyOf"] if choice != _NULL)
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        return {"oneOf": [{"$ref": f"#/components/schemas/{name}"}, _NULL]}
    words = {"enum": [*kind["enum"], None]} if "enum" in kind else {}
    return {"type": [kind["type"], "null"], **words, **{key: kind[key] for key in _LIMITS if key in kind}}


def _type_of(asked: dict[str, Any]) -> dict[str, Any]:
    """Return no more than the type: what files and sites say is not held to the limits of requests."""
    if "oneOf" in asked:
        return {"type": ["object", "null"], "additionalProperties": True}
    kept: dict[str, Any] = {key: asked[key] for key in _TYPES if key in asked}
    return {**kept, "items": {"type": asked["items"]["type"]}} if "items" in asked else kept


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}
