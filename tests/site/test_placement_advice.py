"""Why a controller should not run on this host, and what is said of it before a start."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.protocol.models import iso_time
from jupyter_dask_slurm.site import placement_advice
from jupyter_dask_slurm.site.interface_check.last_report import remember
from jupyter_dask_slurm.site.interface_check.report import Attempt, CheckReport, PartitionResult
from jupyter_dask_slurm.site.placement_advice import PlacementAdvice, cpu_limit, service_ends
from tests.jupyter.api import Api
from tests.slurm.client import SlurmClient, wait_until

JOB = {"cores": 1, "processes": 1, "memory": "400 MB", "walltime": "00:10:00", "partition": "normal"}
NOT_REACHED = "Compute nodes reach this host by none"


def _report(*, nodes: str | None = "eth0", calls: bool = True) -> CheckReport:
    called = (Attempt("eth0", "10.0.0.7", nodes is not None),) if calls else ()
    result = PartitionResult("normal", "answered", "", calls=called)
    return CheckReport(iso_time(), "login1", (result,), None, "", nodes)


def test_a_limit_of_cpu_time_and_a_service_are_said_with_their_names() -> None:
    assert cpu_limit(resource.RLIM_INFINITY) is service_ends(None) is None
    assert cpu_limit(1800) == "This host ends each process after 30 minutes of CPU time (ulimit -t)."
    assert "the service jupyter-ann.service: when" in (service_ends("jupyter-ann.service") or "")


@pytest.mark.parametrize(
    ("limits", "report", "told"),
    [
        (Limits(), _report(), True),
        (Limits(), _report(calls=False, nodes=None), True),
        # Nobody could ask a controller there.
        (Limits(), _report(nodes=None), False),
        (Limits(allowed_controller_placements=("here",)), _report(), False),
        (Limits(remote_channel=False), _report(), False),
    ],
)
async def test_a_job_is_proposed_only_where_a_controller_can_live_in_one(
    limits: Limits, report: CheckReport, told: bool, tmp_path: Path
) -> None:
    remember(tmp_path / "shared", report)
    reasons = await PlacementAdvice(limits, tmp_path / "shared").reasons()
    assert bool(reasons) is any(reason.startswith(NOT_REACHED) for reason in reasons) is told


async def test_inside_a_job_the_form_is_told_why_and_what_ends_first_is_said(
    slurm: SlurmClient, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement_advice, "MAX_AGE_S", 0.0)

    async def warnings(**options: Any) -> str:
        body = {"options": {**JOB, **options}, "backend": "slurm"}
        return "\n".join((await api("POST", "preview", body)).json["warnings"])

    assert (await api("GET", "site")).json["controller_reasons"] == []
    assert "controller" not in await warnings()
    sleeps = ("--parsable", "--mem=100M", "--time=20", "--output=/dev/null", "--wrap=sleep 600")
    job_id = slurm.run("sbatch", *sleeps)
    try:
        wait_until(lambda: slurm.jobs()[job_id] == "RUNNING", "it runs")
        times = ("env", "SLURM_TIME_FORMAT=%FT%TZ", "TZ=UTC")
        ends = slurm.run(*times, "squeue", "-h", "-j", job_id, "-o", "%e")
        monkeypatch.setenv("SLURM_JOB_ID", job_id)
        monkeypatch.setenv("SLURMD_NODENAME", "node1")
        (reason,) = (await api("GET", "site")).json["controller_reasons"]
        with_it = "with which all ends that runs here."
        assert reason == f"Jupyter runs in Slurm job {job_id}, {with_it} That is at {ends}."
        assert f"{reason} A controller in a Slurm job of its own goes on" in await warnings()
        in_job = {"controller_placement": "job", "controller_memory": "500 MB"}
        assert "controller" not in await warnings(**in_job, controller_walltime="00:10:00")
        short = await warnings(**in_job, controller_walltime="00:05:00")
        assert "The controller's job ends after 00:05:00, and with it the cluster's jobs" in short
    finally:
        slurm.run("scancel", job_id)
