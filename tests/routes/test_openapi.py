"""The OpenAPI document: valid by itself, and what the server, the samples and the models say.

Every answer that any test of the REST contract meets is checked against it too, in `tests.jupyter.api`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.options.schema import ClusterOptions, SchedulerOptions
from jupyter_dask_slurm.protocol.errors import DaskSlurmError
from jupyter_dask_slurm.routes import API, url_table
from jupyter_dask_slurm.routes.base import UnknownRoute
from tests.jupyter.api import Api
from tests.jupyter.contract import VERBS, contract

SAMPLES = Path(__file__).parents[2] / "contract"
KINDS = {
    "cluster": "Cluster",
    "job": "Job",
    "site": "Site",
    "history-entry": "HistoryEntry",
    "log-tail": "LogTail",
    "progress": "Progress",
    "snippet": "Snippet",
    "preview": "Preview",
    "variant": "Variant",
    "profile": "Profile",
    "error": "ErrorBody",
    "event": "ClusterEvent",
}


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = contract().document["components"]["schemas"][name]
    return found


def test_is_valid() -> None:
    OpenAPIV31SpecValidator(contract().document).validate()


def test_is_found_from_the_documentation() -> None:
    assert (SAMPLES.parent / "docs" / "openapi.yaml").samefile(
        SAMPLES.parent / "jupyter_dask_slurm" / "openapi.yaml"
    )


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_samples_fit(path: Path) -> None:
    kind = next(schema for prefix, schema in KINDS.items() if path.stem.startswith(prefix))
    contract().validate(kind, json.loads(path.read_text()))


def _examples(part: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Walk over all bodies in the document that have examples."""
    if isinstance(part, dict):
        if "schema" in part and "examples" in part:
            yield from ((part["schema"], example["value"]) for example in part["examples"].values())
        for value in part.values():
            yield from _examples(value)


def test_examples_fit() -> None:
    found = list(_examples(contract().document))
    assert len(found) > 10
    for schema, value in found:
        contract().validate(schema["$ref"].rpartition("/")[2], value)


def test_example_requests_are_accepted() -> None:
    body = contract().document["paths"]["/clusters"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        assert parse(ClusterRequest, example["value"])


@pytest.mark.parametrize(
    ("schema", "model"), [("Options", ClusterOptions), ("SchedulerOptions", SchedulerOptions)]
)
def test_options_are_those_of_the_model(schema: str, model: Any) -> None:
    documented = {name: about for name, about in _schema(schema)["properties"].items() if name != "queue"}
    properties = model.model_json_schema()["properties"]
    assert documented.keys() == properties.keys()
    for name, about in properties.items():
        kind = next(choice for choice in about["anyOf"] if choice != {"type": "null"})
        for limit in ("minimum", "maximum", "maxItems"):
            assert documented[name].get(limit) == kind.get(limit), (name, limit)
        if "type" in documented[name] and "type" in kind:
            assert documented[name]["type"] == [kind["type"], "null"], name


def test_effective_options_are_all_there() -> None:
    effective = _schema("EffectiveOptions")
    assert set(effective["required"]) == effective["properties"].keys() == ClusterOptions.model_fields.keys()


def test_every_route_is_documented() -> None:
    documented = set(contract().operations())
    served = set()
    for pattern, handler in url_table():
        if pattern.startswith(API) and handler is not UnknownRoute:
            path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern.removeprefix(API)).replace("\\", "")
            served |= {(verb, path) for verb in VERBS if verb in vars(handler)}
    assert served == documented


@pytest.mark.parametrize(("verb", "path"), contract().operations())
async def test_every_documented_route_is_answered(api: Api, verb: str, path: str) -> None:
    concrete = re.sub(r"\{\w+\}", "ocean-0000", path)
    body = {"backend": "pbs"} if verb in ("post", "patch") else None
    answer = await api(verb.upper(), concrete.removeprefix("/"), body)
    assert answer.status != 405
    assert "There is nothing at this address" not in answer.text


async def test_is_served(api: Api) -> None:
    answer = await api("GET", "openapi.yaml")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(answer.text) == contract().document


def test_every_status_of_an_error_is_documented() -> None:
    statuses = {kind.status for kind in _below(DaskSlurmError)} - {500}
    responses = {status for _verb, path in contract().operations() for status in _statuses(path)}
    assert {str(status) for status in statuses} <= responses


def _below(kind: type[DaskSlurmError]) -> Iterator[type[DaskSlurmError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _statuses(path: str) -> set[str]:
    item = contract().document["paths"][path]
    return {status for verb, about in item.items() if verb in VERBS for status in about["responses"]}
