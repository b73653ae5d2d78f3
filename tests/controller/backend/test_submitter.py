"""What sbatch is told beside the script: where jobs write, in a directory of any name."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_dask_slurm.controller.backend.events import BackendEvents
from jupyter_dask_slurm.controller.backend.submitter import Submitter
from jupyter_dask_slurm.controller.state.jobs import JobTable
from jupyter_dask_slurm.protocol.directory import ClusterDirectory


@pytest.mark.parametrize(
    ("logs", "begins"), [("/data/ann@site", "/data/ann@site/"), ("/data/100%j", "/data/100%%j/")]
)
def test_only_the_name_of_a_log_stands_for_the_job(tmp_path: Path, logs: str, begins: str) -> None:
    table = JobTable("ocean-3f9c", 1)
    submitter = Submitter(table, ClusterDirectory(tmp_path), Path(logs), BackendEvents())
    one, many = submitter.options("jds-ocean-3f9c-0", 1), submitter.options("jds-ocean-3f9c-0", 3)
    assert [one["output"], one["error"]] == [f"{begins}%j.out", f"{begins}%j.err"]
    assert [many["output"], many["error"]] == [f"{begins}%A_%a.out", f"{begins}%A_%a.err"]
