"""Lists of nodes that are longer than squeue's field."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_dask_slurm.slurm import queue
from jupyter_dask_slurm.slurm.installation.hostlist import expand

NODES = ",".join(f"rack{number:03}-{name}" for number in range(40) for name in ("a", "b"))


def _row(job: str, nodes: str) -> str:
    uid = os.geteuid()
    return f"{job}|N/A|RUNNING|normal|{nodes[:256]}|80|mem=1G,node=80|||||||0|0:0|{uid}|None|"


@pytest.mark.parametrize("answers", [True, False])
async def test_a_list_that_is_cut_is_asked_for_as_a_whole(
    answers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = "\n".join(["ARRAY_JOB_ID |", _row("7", NODES), _row("8", "n1")])
    wide = f"ARRAY_JOB_ID|ARRAY_TASK_ID|NODELIST\n7|N/A|{NODES}" if answers else ""
    (tmp_path / "narrow").write_text(narrow + "\n")
    (tmp_path / "wide").write_text(wide + "\n")
    (tmp_path / "squeue").write_text(
        f'#!/bin/sh\ncase "$*" in *%N*) cat {tmp_path}/wide;; *) cat {tmp_path}/narrow;; esac\n'
    )
    (tmp_path / "squeue").chmod(0o755)
    (tmp_path / "slurm.conf").touch()
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "slurm.conf"))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    rows = await queue.jobs(["7", "8"])
    assert rows["8"].node == "n1"
    assert len(expand(rows["7"].node or "")) == (80 if answers else 25)
    assert rows["7"].has_more_nodes is not answers
