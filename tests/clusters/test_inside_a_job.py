"""A cluster that is started inside a Slurm job, as where Jupyter itself is one: it says when it ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models import iso_time
from tests.cli.test_cli import answer, cli
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

pytestmark = pytest.mark.usefixtures("no_controller_is_left")


def said() -> list[dict[str, Any]]:
    problems = [problem for cluster in answer("list") for problem in cluster["problems"]]
    return [problem for problem in problems if problem["code"].startswith("ends_with")]


def test_the_cluster_says_that_it_ends_with_the_job_and_when(slurm: SlurmClient, tmp_path: Path) -> None:
    create = f"{sys.executable} -m jupyter_dask_slurm.cli create --name inside --backend local --jobs 0"
    job_id = slurm.run(
        "sbatch", "--parsable", "--mem=1000M", "--time=40", f"--output={tmp_path}/job.out",
        stdin=f"#!/bin/sh\n{create}\nexec sleep 600\n",
    )  # fmt: skip
    try:
        wait_until(lambda: bool(said()), "there is something to say", timeout=120, interval=1)
        (problem,) = said()
        ends = slurm.run("env", "SLURM_TIME_FORMAT=%s", "squeue", "-h", "-j", job_id, "-o", "%e")
        assert (problem["code"], problem["severity"], problem["job_id"]) == ("ends_with_job", "info", job_id)
        assert f"ends with it at {iso_time(float(ends))}." in problem["message"]
        cli("stop", "inside")
    finally:
        slurm.run("scancel", job_id)
