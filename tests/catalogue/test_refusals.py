"""Every sentence that an error is raised with is in the catalogue: found without the search for sentences.

That search has lists of what it leaves out; here each call of an error's class is looked at, wherever it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from jupyter_dask_slurm.kernels.python_report import Silence
from jupyter_dask_slurm.protocol.errors import DaskSlurmError
from jupyter_dask_slurm.translation.language import Language
from tests.catalogue.house import PACKAGE, called
from tests.catalogue.second_language import accented, entries, of_server

ROOMS = ("routes", "clusters", "kernels", "profiles", "preview", "site", "checks", "slurm", "controller")
SOMETHING = "17"


def _classes(cls: type[object]) -> Iterator[str]:
    yield cls.__name__
    for below in type.__subclasses__(cls):
        yield from _classes(below)


RAISED = {*_classes(DaskSlurmError), Silence.__name__}


def _sample(node: ast.expr, *, first: bool) -> str:
    """Return what a text can be: with the first or the other of two texts, and something in its places."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_sample(part, first=first) for part in parts)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _sample(left, first=first) + _sample(right, first=first)
        case ast.FormattedValue(value=ast.IfExp() | ast.JoinedStr() as value):
            return _sample(value, first=first)
        case ast.IfExp(body=one, orelse=other):
            return _sample(one if first else other, first=first)
    return SOMETHING


def _raised(room: str) -> Iterator[tuple[str, str]]:
    """Yield where errors are made, and with which sentences."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and called(node) in RAISED:
                where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                yield from ((where, _sample(node.args[0], first=first)) for first in (True, False))


def _has(catalogue: Iterable[str], text: str) -> bool:
    """Return whether an entry is that text, with whatever words in its places."""
    pattern = re.compile(".*".join(map(re.escape, text.split(SOMETHING))), re.DOTALL)
    return any(pattern.fullmatch(english) for english in catalogue)


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_refused_is_told_in_the_other_language(room: str) -> None:
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue)
    found = list(_raised(room))
    assert found
    english = [(where, text) for where, text in found if language.translate(text) != accented(text)]
    assert [(where, text) for where, text in english if not _has(catalogue, text)] == []
