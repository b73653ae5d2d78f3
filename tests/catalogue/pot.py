"""``locale/jupyter_dask_slurm.pot``: what translators translate, of the server and of the browser."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from jupyter_dask_slurm.translation.packs import CONTEXT, DOMAIN
from tests.catalogue.sentences import all_sentences

_PROJECT = Path(__file__).parents[2]
_KEYWORDS = {"__": None, "_n": (1, 2), "_p": ((1, "c"), 2)}
_HEAD = f"""\
Sentences of Dask on Slurm for JupyterLab, for translators: docs/translation.md says how.
Written by scripts/contract from the code. Those with the context "{CONTEXT}" are the server's.\
"""


@cache
def catalogue() -> Catalog:
    """Return all that can be translated; in which files it stands, but not where, for that changes daily."""
    found = Catalog(
        domain=DOMAIN,
        project="jupyter-dask-slurm",
        header_comment="\n".join(f"# {line}" for line in _HEAD.splitlines()),
        creation_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
        fuzzy=False,
    )
    for sentence in all_sentences():
        found.add(sentence.text, context=CONTEXT, locations=[(sentence.path, 0)])
    for path, text, context in _of_browser():
        found.add(text, context=context, locations=[(path, 0)])
    return found


def catalogue_pot() -> str:
    """Return the catalogue as it is written."""
    written = io.BytesIO()
    write_po(written, catalogue(), width=0, sort_output=True, include_lineno=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    # Which version has written it is nobody's matter; and {words*} is a placeholder of ours, not Python's.
    return "".join(line for line in lines if not line.startswith(('"Generated-By', "#, python-brace-format")))


def english_json() -> str:
    """Return those of the server as the package has them, to know them where a language pack does not."""
    server = sorted(message.id for message in catalogue() if message.context == CONTEXT)
    return json.dumps(server, ensure_ascii=False, indent=0) + "\n"


def _of_browser() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """Yield what `trans.__` and its like are called with."""
    options = {"jsx": True, "template_string": True, "parse_template_string": True}
    for path in sorted((_PROJECT / "src").rglob("*.ts*")):
        if "__tests__" not in path.parts:
            for _, text, _, context in extract_from_file("javascript", path, _KEYWORDS, options=options):
                yield str(path.relative_to(_PROJECT)), text, context
