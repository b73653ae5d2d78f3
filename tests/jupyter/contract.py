"""The OpenAPI document as a judge of answers."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

PATH = Path(__file__).parents[2] / "jupyter_dask_slurm" / "openapi.yaml"
VERBS = ("get", "post", "put", "patch", "delete")
_ID = "urn:contract"


class Contract:
    """An OpenAPI 3.1 document.

    Answers may get more fields, but what is sent today must stand in the document: for this judge every
    object with named properties is closed.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        resource = Resource.from_contents(_closed(document), default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_ID, resource)

    def operations(self) -> list[tuple[str, str]]:
        """Return verb and path of all that is documented."""
        paths = self.document["paths"]
        return [(verb, path) for path, item in paths.items() for verb in item if verb in VERBS]

    def template(self, path: str) -> str | None:
        """Return the documented path that a concrete one, below the base, belongs to."""
        for template in self.document["paths"]:
            if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
                return str(template)
        return None

    def operation(self, method: str, template: str) -> dict[str, Any] | None:
        """Return what is said of a verb at a documented path."""
        found: dict[str, Any] | None = self.document["paths"][template].get(method.lower())
        return found

    def check(self, method: str, path: str, status: int, text: str) -> None:
        """Fail unless the document describes this answer."""
        where = f"{method} {path} → {status}"
        template = self.template(path)
        operation = self.operation(method, template) if template else None
        if operation is None:
            assert status in ((405, 403) if template else (404, 403)), f"{where} is not documented"
            self.validate("ErrorBody", json.loads(text))
            return
        responses = operation["responses"]
        assert str(status) in responses, f"{where}: this status is not documented; it said {text}"
        content = self._resolved(responses[str(status)]).get("content")
        if content is None:
            assert not text, f"{where} has a body"
        elif "application/json" in content:
            self._validate(content["application/json"]["schema"], json.loads(text), where)

    def validate(self, schema: str, value: Any) -> None:
        """Fail unless `value` fits a named schema of the document."""
        self._validate({"$ref": f"#/components/schemas/{schema}"}, value, schema)

    def _validate(self, schema: dict[str, Any], value: Any, where: str) -> None:
        # As if the schema stood in the document: its references are the document's.
        schema = {"$id": f"{_ID}:part", **_absolute(_closed(schema))}
        errors = Draft202012Validator(schema, registry=self._registry).iter_errors(value)
        told = [f"{error.json_path}: {error.message[:300]}" for error in errors]
        assert not told, f"{where} does not fit the contract: {told}"

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found: Any = self.document
        for key in part["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        return dict(found)


@cache
def contract() -> Contract:
    """Return the contract that the server serves."""
    return Contract(yaml.safe_load(PATH.read_text(encoding="utf-8")))


def _closed(part: Any) -> Any:
    """Return a part of the document in which objects with named properties allow no others."""
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _closed(value) for key, value in part.items()}
    if isinstance(part.get("properties"), dict) and "object" in part.get("type", ()):
        closed.setdefault("additionalProperties", False)
    return closed


def _absolute(part: Any) -> Any:
    if isinstance(part, list):
        return [_absolute(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {key: f"{_ID}{value}" if key == "$ref" else _absolute(value) for key, value in part.items()}
