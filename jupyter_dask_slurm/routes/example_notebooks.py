"""The example notebooks that the panel and the launcher offer.

The browser saves a copy where the user works; nothing is written here.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ..protocol.errors import NotFound

# In the installed package, and in a checkout of the project.
_FOLDERS = (Path(__file__).parents[1] / "examples", Path(__file__).parents[2] / "examples")


def names() -> list[str]:
    """Return the names of the examples."""
    return sorted(_paths())


def summaries() -> list[dict[str, str]]:
    """Return name and title of each example; the title is the notebook's first heading."""
    return [{"name": name, "title": _title(notebook(name))} for name in names()]


def notebook(name: str) -> dict[str, Any]:
    """Return an example as a notebook document.

    Raises
    ------
    NotFound
        If there is no example of that name.
    """
    path = _paths().get(name)
    if path is None:
        raise NotFound(f"There is no example of that name. There are: {', '.join(names())}.")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def _paths() -> dict[str, Path]:
    return {path.stem: path for folder in _FOLDERS if folder.is_dir() for path in folder.glob("*.ipynb")}


def _title(document: dict[str, Any]) -> str:
    first = "".join(document["cells"][0]["source"])
    return first.splitlines()[0].lstrip("# ")
