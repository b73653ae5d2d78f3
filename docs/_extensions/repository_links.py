"""Links of pages to files of the repository, which GitHub follows, lead from the site to GitHub.

Pages that stand in the repository's root (``SECURITY.md`` …) are shown by a page of the site that includes
them; a link to one of those leads to that page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ROOT = Path(__file__).parents[2]
_SHOWN = {
    "README": "first-cluster",
    "SECURITY": "security",
    "CONTRIBUTING": "contributing",
    "CHANGELOG": "changes",
}
_LINK = re.compile(r"(\]\()(?!https?:|#)([^)#\s]+)((?:#[^)]*)?\))")


def setup(app: Sphinx) -> dict[str, bool]:
    """Be called as the pages and what they include are read."""
    app.connect("source-read", _read)
    app.connect("include-read", _include_read)
    return {"parallel_read_safe": True}


def _read(app: Sphinx, docname: str, content: list[str]) -> None:
    here = Path(app.env.doc2path(docname)).parent
    content[0] = _rewritten(content[0], here, here, app)


def _include_read(app: Sphinx, path: Path, docname: str, content: list[str]) -> None:
    here = Path(app.env.doc2path(docname)).parent
    content[0] = _rewritten(content[0], (here / path).resolve().parent, here, app)


def _rewritten(text: str, base: Path, here: Path, app: Sphinx) -> str:
    def led(match: re.Match[str]) -> str:
        before, target, after = match.groups()
        return f"{before}{_led(base / target, here, app)}{after}"

    return _LINK.sub(led, text)


def _led(target: Path, here: Path, app: Sphinx) -> str:
    target = Path(*target.parts).resolve() if ".." in target.parts else target
    pages = Path(app.srcdir)
    if target.parent == _ROOT and target.stem in _SHOWN:
        target = pages / f"{_SHOWN[target.stem]}.md"
    elif target.name == "openapi.yaml":
        target = pages / "rest.md"
    if target.is_relative_to(pages):
        return str(Path(*[".."] * len(here.relative_to(pages).parts), target.relative_to(pages)))
    [(_name, links)] = [(link["name"], link["url"]) for link in app.config.html_theme_options["icon_links"]]
    return f"{links}/blob/main/{target.relative_to(_ROOT)}"
