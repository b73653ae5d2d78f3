"""``{rest}``: the REST interface, as ``openapi.yaml`` says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_PATH = Path(__file__).parents[2] / "jupyter_dask_slurm" / "openapi.yaml"
_VERBS = ("get", "post", "put", "patch", "delete")


class Rest(SphinxDirective):
    """One section for each tag, one entry for each operation, and the shapes at the end."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        self.env.note_dependency(str(_PATH))
        document = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
        return self.parse_text_to_nodes("\n".join(_Page(document).lines()), allow_section_headings=True)


class _Page:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def lines(self) -> Iterator[str]:
        """Write all of it in Markdown."""
        yield "## What holds for all of it\n"
        yield from (self._document["info"]["description"], "")
        for tag in self._document["tags"]:
            yield f"## {tag['name'].capitalize()}\n"
            yield from (tag.get("description", ""), "")
            for path, operations in self._document["paths"].items():
                for verb in _VERBS:
                    if tag["name"] in operations.get(verb, {}).get("tags", []):
                        yield from self._operation(path, verb, operations)
        yield "## Shapes\n"
        for name, schema in self._document["components"]["schemas"].items():
            yield from self._schema(name, schema)

    def _operation(self, path: str, verb: str, operations: Mapping[str, Any]) -> Iterator[str]:
        operation = operations[verb]
        yield f"### `{verb.upper()} {path}`\n"
        yield f"{operation['summary']}\n"
        yield from (operation.get("description", ""), "")
        told = [*operations.get("parameters", []), *operation.get("parameters", [])]
        for parameter in map(self._found, told):
            place = f"{parameter['in']}{', required' if parameter.get('required') else ''}"
            yield f"* `{parameter['name']}` ({place}): {_line(parameter.get('description'))}"
        if "requestBody" in operation:
            yield f"* Body: {self._content(self._found(operation['requestBody']))}"
        yield ""
        yield from ("| answer | what |", "|---|---|")
        for status, answer in operation["responses"].items():
            found = self._found(answer)
            shape = self._content(found)
            yield f"| {status} | {_line(found['description'])}{f' {shape}' if shape else ''} |"
        yield ""

    def _schema(self, name: str, schema: Mapping[str, Any]) -> Iterator[str]:
        yield f"### {name}\n"
        yield from (schema.get("description", ""), "")
        if "properties" in schema:
            yield from ("| field | type | |", "|---|---|---|")
            for field, about in schema["properties"].items():
                yield f"| `{field}` | {self._type(about)} | {_line(about.get('description'))} |"
        elif "enum" in schema:
            yield ", ".join(f"`{value}`" for value in schema["enum"])
        yield ""

    def _found(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self._document
            for step in part["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            part = found
        return part

    def _content(self, part: Mapping[str, Any]) -> str:
        shapes = [
            self._type(media["schema"]) for media in part.get("content", {}).values() if "schema" in media
        ]
        return " or ".join(dict.fromkeys(shapes))

    def _type(self, schema: Mapping[str, Any]) -> str:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return " or ".join(dict.fromkeys(self._type(one) for one in schema[several]))
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        if "const" in schema:
            return f"`{schema['const']}`"
        kind = schema.get("type", "anything")
        kinds = kind if isinstance(kind, list) else [kind]
        if "array" in kinds and "items" in schema:
            return f"list of {self._type(schema['items'])}"
        return " or ".join(kinds)


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", r"\|")


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive."""
    app.add_directive("rest", Rest)
    return {"parallel_read_safe": True}
