"""The catalogue of hints: the one home of each code, its threshold and where that comes from."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from jupyter_dask_slurm.options.schema import OPTION_NAMES
from jupyter_dask_slurm.protocol.models import Cluster, Hint
from jupyter_dask_slurm.protocol.models import hint as catalogue
from jupyter_dask_slurm.protocol.models.hint import HINTS, HintKind

_PROJECT = Path(__file__).parents[2]
_PACKAGE = _PROJECT / "jupyter_dask_slurm"
_HOME = _PACKAGE / "protocol" / "models" / "hint.py"
_KINDS = {name: kind for name, kind in vars(catalogue).items() if isinstance(kind, HintKind)}


def test_codes_are_names_and_each_kind_is_explained() -> None:
    assert [name.lower() for name in _KINDS] == [kind.code for kind in HINTS]
    assert len({kind.code for kind in HINTS}) == len(HINTS)
    for kind in HINTS:
        for text in (kind.means, kind.to_do, kind.source):
            assert re.search(r"[.)]$", text), kind.code
        assert kind.option is None or kind.option in OPTION_NAMES


def test_no_code_is_spelled_elsewhere_and_none_is_forgotten() -> None:
    codes = {kind.code for kind in HINTS} - {"spilling"}
    used = set()
    for path in sorted(_PACKAGE.rglob("*.py")):
        if path == _HOME:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and node.value in codes), path.name
            if isinstance(node, ast.Name):
                used.add(node.id)
    assert _KINDS.keys() <= used


def test_an_option_is_named_with_a_value_alone() -> None:
    kind = catalogue.MEMORY_UNUSED
    assert kind.hint("So it is.", "2026-11-20T21:00:00Z", "4 GB").to_json() == {
        "code": "memory_unused",
        "message": "So it is.",
        "since": "2026-11-20T21:00:00Z",
        "option": "memory",
        "value": "4 GB",
    }
    assert kind.hint("So it is.", "2026-11-20T21:00:00Z").option is None


def test_a_cluster_of_a_former_controller_is_read_without() -> None:
    sample = json.loads((_PROJECT / "contract" / "cluster-running.json").read_text(encoding="utf-8"))
    assert isinstance(Cluster.from_json(sample).hints[0], Hint)
    del sample["hints"], sample["usage"], sample["failures"]
    former = Cluster.from_json(sample)
    assert (former.hints, former.usage, former.failures) == ((), None, ())
