"""What happened to many jobs at once is one line."""

from __future__ import annotations

from pathlib import Path

from jupyter_dask_slurm.controller.state.history import History
from jupyter_dask_slurm.protocol.directory import ClusterDirectory
from jupyter_dask_slurm.system import files


def messages(directory: Path) -> list[str]:
    path = directory / "history.jsonl"
    return [entry["message"] for entry in files.read_json_lines(path)] if path.exists() else []


def test_few_have_a_line_each_and_many_one_together(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    history = History(ClusterDirectory(tmp_path).history)
    history.add_of_jobs("lost", [], "a worker was lost.")
    assert messages(tmp_path) == []
    history.add_of_jobs("lost", ["7_0", "7_1"], "a worker was lost.")
    history.add_of_jobs("lost", [f"7_{number}" for number in range(2000)], "a worker was lost.")
    assert messages(tmp_path) == [
        "Job 7_0: a worker was lost.",
        "Job 7_1: a worker was lost.",
        "2000 jobs (7_0, 7_1, 7_2, …): a worker was lost.",
    ]
