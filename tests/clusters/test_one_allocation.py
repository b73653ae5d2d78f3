"""Controller and workers in one Slurm job: its size, what is refused, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from jupyter_dask_slurm.launch.one_allocation import directives_of, with_its_size
from jupyter_dask_slurm.launch.resolve import ClusterSpec
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.slurm.address.allocation_here import AllocationHere, allocation_here
from tests.jupyter.api import Api, status, working
from tests.slurm.client import SlurmClient, wait_until

pytestmark = pytest.mark.usefixtures("quick_starts")

JOB = {"cores": 1, "processes": 1, "memory": "400 MB", "walltime": "00:20:00", "partition": "normal"}
TWO = {"mode": "manual", "jobs": 2}


def test_its_size_is_that_of_one_job() -> None:
    asked = ClusterSpec(None, "slurm", {"one_allocation": True, "nodes_per_job": 3}, TWO)
    spec = with_its_size(asked)
    assert spec.options == {"one_allocation": True, "nodes_per_job": 6, "keep_jobs": False}
    assert spec.scaling == {"mode": "manual", "jobs": 1}
    assert with_its_size(spec) == spec
    assert with_its_size(ClusterSpec(None, "slurm", {}, TWO)).scaling == TWO
    for scaling in ({"mode": "manual", "jobs": 0}, {"mode": "adaptive", "maximum_jobs": 3}, {"cores": 8}):
        with pytest.raises(InvalidRequest, match="One allocation"):
            with_its_size(ClusterSpec(None, "slurm", {"one_allocation": True}, scaling))


def test_the_allocation_of_this_process() -> None:
    variables = {"SLURM_JOB_ID": "18", "SLURM_JOB_CPUS_PER_NODE": "16(x3),4"}
    assert allocation_here(variables) == AllocationHere("18", "18", 4)
    array = {"SLURM_ARRAY_JOB_ID": "17", "SLURM_ARRAY_TASK_ID": "1"}
    assert allocation_here(variables | array) == AllocationHere("18", "17_1", 4)
    assert allocation_here({}) is None


def test_its_lines_are_those_of_the_jobs() -> None:
    script = "#!/bin/sh\n#SBATCH -n 1\nJDS_FIRST=0\n#SBATCH no more\n"
    assert directives_of(script) == ("#!/bin/sh", ["#SBATCH -n 1", "#SBATCH no more"])


async def test_its_life(slurm: SlurmClient, api: Api, tmp_path: Path) -> None:
    options = {**JOB, "one_allocation": True}
    body = {"name": "ocean", "options": options, "scaling": TWO}
    previewed = (await api("POST", "preview", body)).json
    assert previewed["errors"] == []
    assert "#SBATCH --nodes=2" in [line["text"] for line in previewed["controller_lines"]]
    assert previewed["totals"]["core_hours_per_hour"] == 2
    cluster = await api.start(**body)
    running = await api.until(cluster["id"], working(1), timeout=120)
    own = running["controller"]["job_id"]
    assert list(slurm.jobs_of(cluster["id"])) == [own]
    assert running["workers"] == {"connected": 2, "expected": 2}
    (job,) = (await api("GET", f"clusters/{cluster['id']}/jobs")).json
    assert (job["job_id"], len(job["workers"])) == (own, 2)
    await api.until(cluster["id"], lambda c: c["expires_at"] is not None, timeout=30)
    for refused in (
        await api("PATCH", f"clusters/{cluster['id']}", {"scaling": TWO}),
        await api("DELETE", f"clusters/{cluster['id']}/jobs/{own}"),
    ):
        assert (refused.status, "one allocation" in refused.json["message"]) == (409, True)
    code = (await api("GET", f"clusters/{cluster['id']}/snippet?kind=batch_script")).json["code"]
    # Both ends of it at once: the job is gone with its controller.
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], status("lost"), timeout=90)
    await asyncio.to_thread(wait_until, lambda: not slurm.jobs_of(cluster["id"]), "Slurm has nothing of it")
    # As a batch script it works as it stands, for any file.
    (tmp_path / "ocean.sh").write_text(code)
    (tmp_path / "script.py").write_text(
        "import sys\nfrom distributed import Client\n"
        "print(len(Client().nthreads()), *sys.argv[1:])\nsys.exit(3)\n"
    )
    sent = ["sbatch", "--wait", "--output=said", "ocean.sh", "script.py", "--deep"]
    done = await asyncio.to_thread(subprocess.run, sent, cwd=tmp_path, check=False, stdout=subprocess.PIPE)
    said = (tmp_path / "said").read_text()
    assert (done.returncode, "2 --deep" in said.splitlines()) == (3, True), said


async def test_what_cannot_be_is_said(slurm: SlurmClient, api: Api) -> None:
    options = {**JOB, "one_allocation": True, "controller_placement": "here", "controller_cores": 2}
    previewed = (await api("POST", "preview", {"options": options})).json
    fields = {str(error["field"]).removeprefix("options.") for error in previewed["errors"]}
    assert fields == {"controller_placement", "controller_cores"}
