"""The catalogue of problems: the one home of each code, held against all that makes problems."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from jupyter_dask_slurm.protocol.models import Cluster, Problem
from jupyter_dask_slurm.protocol.models import problem as catalogue
from jupyter_dask_slurm.protocol.models.problem import CATALOGUE, REMEDIES, ProblemKind, Remedy

_PROJECT = Path(__file__).parents[2]
_PACKAGE = _PROJECT / "jupyter_dask_slurm"
_HOME = _PACKAGE / "protocol" / "models" / "problem.py"
_KINDS = {name: kind for name, kind in vars(catalogue).items() if isinstance(kind, ProblemKind)}


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(_PACKAGE.rglob("*.py")):
        if path != _HOME:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _made() -> Iterator[tuple[str, str, list[str]]]:
    """Yield the name of a kind, the process that makes problems of it, and the severities that it names."""
    for path, module in _modules():
        if "cli" in path.relative_to(_PACKAGE).parts:
            continue  # it looks at them
        process = "controller" if "controller" in path.relative_to(_PACKAGE).parts else "jupyter"
        for node in ast.walk(module):
            if isinstance(node, ast.Name) and node.id in _KINDS:
                yield node.id, process, []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                said = [word.value for word in node.keywords if word.arg == "severity"]
                parts = [part for value in said for part in ast.walk(value)]
                texts = [part.value for part in parts if isinstance(part, ast.Constant)]
                if node.func.attr == "problem" and isinstance(node.func.value, ast.Name):
                    yield node.func.value.id, process, [text for text in texts if isinstance(text, str)]


def test_codes_are_names() -> None:
    codes = [kind.code for kind in CATALOGUE]
    assert len(set(codes)) == len(codes) > 20
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)
    assert [name.lower() for name in _KINDS] == codes


def test_each_kind_is_explained() -> None:
    for kind in CATALOGUE:
        assert kind.means.endswith("."), kind.code
        assert kind.to_do.endswith("."), kind.code


def test_remedies_are_explained_and_used() -> None:
    assert set(get_args(get_args(Remedy)[0])) == REMEDIES.keys()
    assert {remedy for kind in CATALOGUE for remedy in kind.remedies} == REMEDIES.keys()


def test_problems_are_made_of_the_catalogue_by_those_that_it_names() -> None:
    made: dict[str, set[str]] = {}
    for name, process, _ in _made():
        made.setdefault(name, set()).add(process)
    # The controller looks at the problem that "submit again" answers, and Jupyter's side hears of it only.
    assert {name: set(kind.made_by) for name, kind in _KINDS.items()} == {
        name: made.get(name, set()) for name in _KINDS
    }


def test_severities_are_those_of_the_catalogue() -> None:
    for name, _, severities in _made():
        if name in _KINDS:
            kind = _KINDS[name]
            assert set(severities) <= {kind.severity, kind.otherwise}, name


def test_no_code_is_spelled_elsewhere() -> None:
    codes = {kind.code for kind in CATALOGUE if "_" in kind.code}
    spelled = [
        (path.name, node.value)
        for path, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and node.value in codes
    ]
    assert spelled == []
    for path in sorted((_PROJECT / "src").rglob("*.ts*")):
        if "__tests__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert [code for code in codes if f"'{code}'" in text] == [], path.name


def test_no_problem_is_made_without_its_kind() -> None:
    made = [
        path.name
        for path, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    ]
    assert made == []


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.code)
def test_what_a_former_controller_says_has_the_remedies_of_today(kind: ProblemKind) -> None:
    said = kind.problem("It is so.", "Do this.", since="2026-11-20T21:00:00Z").to_json()
    assert Problem.from_json(said).to_json() == said
    del said["remedies"]
    assert Problem.from_json(said).remedies == kind.remedies


@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.code)
def test_only_an_error_keeps_workers_away(kind: ProblemKind) -> None:
    """Such a cluster is said to be stuck, which a warning never means."""
    assert kind.severity == "error" or not kind.no_workers
    for severity in (kind.severity, kind.otherwise or kind.severity):
        since = "2026-11-20T21:00:00Z"
        said = kind.problem("It is so.", "Do this.", since=since, severity=severity).to_json()
        assert said["no_workers"] is (kind.no_workers and severity == "error")
        before = {name: value for name, value in said.items() if name != "no_workers"}
        assert Problem.from_json(before).to_json() == said


def test_a_worker_that_was_killed_leaves_a_cluster_that_waits() -> None:
    """The job in its place waits for its turn, and will have it."""
    assert not catalogue.WORKER_KILLED.no_workers
    assert catalogue.NEVER_STARTS.no_workers


def test_unknown_problems_and_remedies_are_passed_on() -> None:
    said: dict[str, Any] = {
        "code": "of_tomorrow",
        "severity": "error",
        "message": "It is so.",
        "advice": "",
        "since": "2026-11-20T21:00:00Z",
    }
    assert Problem.from_json(said).remedies == ()
    assert Problem.from_json({**said, "remedies": ["of_tomorrow"]}).remedies == ("of_tomorrow",)


def test_a_cluster_of_a_former_controller_is_read_with_remedies() -> None:
    sample = json.loads((_PROJECT / "contract" / "cluster-running.json").read_text(encoding="utf-8"))
    former = json.loads(json.dumps(sample))
    for problem in former["problems"]:
        del problem["remedies"]
    assert Cluster.from_json(former).to_json() == sample
