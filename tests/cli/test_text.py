"""Text from elsewhere in a terminal: it is seen, and does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.cli.state_word import state_word
from jupyter_dask_slurm.cli.text import cluster_lines, columns, visible
from jupyter_dask_slurm.protocol.models import Cluster, JobCounts
from jupyter_dask_slurm.protocol.models.problem import CATALOGUE

HOSTILE = "a\x1b[2J\x1b]8;;http://x\x07b\x1b]8;;\x07\x9b31m\u202egnp\u2028\r\nforged  row"


def test_what_a_terminal_acts_on_is_written_out() -> None:
    said = visible(HOSTILE)
    assert said.isprintable()
    assert said.startswith(r"a\x1b[2J\x1b]8;;http://x\x07b")
    assert r"\u202egnp\u2028\r\nforged" in said
    assert visible("one\n\ttwo\x1b", lines=True) == "one\n\ttwo\\x1b"
    assert visible("Größe 東京 😀") == "Größe 東京 😀"


def test_a_cell_is_one_line() -> None:
    (line,) = columns([("cluster", HOSTILE)])
    assert line.isprintable()


def test_a_cluster_is_called_what_the_panel_calls_it() -> None:
    contract = Path(__file__).parents[2] / "contract"
    words = json.loads((contract / "words" / "states.json").read_text())
    running = json.loads((contract / "cluster-running.json").read_text())
    for code, facts in words["problems"].items():
        (kind,) = (kind for kind in CATALOGUE if kind.code == code)
        assert (kind.severity, list(kind.remedies), kind.no_workers) == tuple(facts.values())

    def having(case: dict[str, Any]) -> Cluster:
        problems = [{**running["problems"][0], "code": code, **words["problems"][code]}
                    for code in case.get("problems", [])]  # fmt: skip
        cluster = Cluster.from_json({**running, "problems": problems, **case.get("cluster", {})})
        return replace(cluster, jobs=JobCounts(**case["jobs"]))

    assert [state_word(having(case)) for case in words["cases"]] == [case["word"] for case in words["cases"]]
    remote = Cluster.from_json(json.loads((contract / "cluster-remote.json").read_text()))
    assert "out of reach" in cluster_lines(remote)
