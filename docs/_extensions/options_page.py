"""``{options}``: every option of a cluster, as the models say it: the form's words, and what it becomes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

from jupyter_dask_slurm.options.schema import ClusterOptions
from jupyter_dask_slurm.slurm.script.option_table import ROWS, Row

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

_BECOMES = re.compile(r" ?Becomes [^.]*\.$")  # the table says it, with its manual

GROUPS = {
    "basic": "What most clusters need",
    "slurm": "More of Slurm",
    "workers": "Workers",
    "network": "Network",
    "script": "The job's script",
    "life": "How long it lives",
    "controller": "Where the controller runs",
}
"""Heading of each group of the form."""


class Options(SphinxDirective):
    """One section for each group, one entry for each option."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return self.parse_text_to_nodes(options_text(), allow_section_headings=True)


def options_text() -> str:
    """Return all of it in Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    rows = {row.name: row for row in ROWS}
    fields = ClusterOptions.model_fields
    for group, heading in GROUPS.items():
        yield f"## {heading}\n"
        for name, field in fields.items():
            about = field.json_schema_extra
            if isinstance(about, dict) and about["x-group"] == group:
                yield from _entry(name, field, rows[name])


def _entry(name: str, field: Any, row: Row) -> Iterator[str]:
    yield f"### `{name}`\n"
    yield f"**{field.title}.** {_BECOMES.sub('', field.description)}\n"
    example = field.examples[0]
    facts = {"Example": f"`{example if isinstance(example, str) else json.dumps(example)}`"}
    unit = field.json_schema_extra.get("x-unit")
    if unit:
        facts["Example"] += f" {unit}"
    facts["Becomes"] = f"[{row.words}]({row.page})" if row.page else row.words
    if row.usual is not None:
        facts["Where nobody says anything"] = f"`{json.dumps(row.usual)}`".replace('"', "")
    if row.keyword:
        former = f", once `{row.former}`" if row.former else ""
        facts["Keyword of dask-jobqueue"] = f"`{row.keyword}`{former}"
    if row.keyword or row.key:
        facts["Key of `jobqueue.slurm`"] = f"`{row.key or str(row.keyword).replace('_', '-')}`"
    if row.variable:
        facts["Variable of sbatch"] = f"`{row.variable}`"
    yield from (f"* {label}: {value}" for label, value in facts.items())
    yield ""


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the directive."""
    app.add_directive("options", Options)
    return {"parallel_read_safe": True}
