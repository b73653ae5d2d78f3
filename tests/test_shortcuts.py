"""Our shortcuts are nobody else's: JupyterLab would skip one of the two."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

_OURS = Path(__file__).parents[1] / "schema"
_LAB = Path(sys.prefix) / "share/jupyter/lab/schemas"


def _shortcuts(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for path in sorted(folder.rglob("*.json")):
        for shortcut in json.loads(path.read_text(encoding="utf-8")).get("jupyter.lab.shortcuts", []):
            yield shortcut["command"], tuple(shortcut["keys"])


def test_shortcuts_are_free() -> None:
    taken = {keys: command for command, keys in _shortcuts(_LAB)}
    assert ("Accel Shift D",) in taken, "JupyterLab's own shortcuts were not found"
    ours = list(_shortcuts(_OURS))
    assert ours
    assert {command: taken[keys] for command, keys in ours if keys in taken} == {}
