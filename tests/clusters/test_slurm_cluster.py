"""The life of a cluster on a real Slurm, through REST."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.jupyter.api import Api, status, working
from tests.slurm.client import SlurmClient, wait_until

JOB = {"cores": 1, "processes": 1, "memory": "400 MB", "walltime": "00:20:00", "partition": "normal"}


@pytest.mark.any_slurm
async def test_from_start_to_stop(slurm: SlurmClient, api: Api, shared: Path) -> None:
    cluster = await api.start(name="ocean", options=JOB, scaling={"mode": "manual", "jobs": 2})
    assert cluster["backend"] == "slurm"
    path = f"clusters/{cluster['id']}"
    running = await api.until(cluster["id"], working(2), timeout=60)
    assert running["workers"] == {"connected": 2, "expected": 2}
    assert running["options"]["walltime"] == "00:20:00"
    jobs = (await api("GET", f"{path}/jobs")).json
    assert sorted(job["job_id"] for job in jobs) == sorted(slurm.jobs_of(cluster["id"]))
    log = await api("GET", f"{path}/jobs/{jobs[0]['job_id']}/log?stream=stderr")
    assert "distributed.worker" in log.json["text"]
    sent = (await api("GET", f"{path}/snippet?kind=job_script")).json
    assert sent["command"][:2] == ["sbatch", "--parsable"]
    assert f"--job-name=jds-{cluster['id']}-0" in sent["command"]
    script = sent["code"]
    assert "--mem" in script
    # What stands there while the next one is being written, or when that was cut short.
    scripts = shared / "clusters" / cluster["id"] / "scripts"
    for name in ("1.sh", ".1.sh.0a1b2c3d"):
        (scripts / name).write_text("#!/bin/sh\n")
    for kind in ("job_script", "attach"):
        assert (await api("GET", f"{path}/snippet?kind={kind}")).status == 200
    assert (await api("GET", f"{path}/snippet?kind=job_script")).json == sent

    scaled = await api("PATCH", path, {"scaling": {"mode": "manual", "jobs": 1}})
    assert scaled.json["scaling"] == {"mode": "manual", "jobs": 1}
    await api.until(
        cluster["id"], lambda found: found["jobs"]["working"] == 1 and not found["jobs"]["queued"]
    )

    assert (await api("DELETE", path)).status == 202
    await api.until_gone(cluster["id"])
    assert slurm.jobs_of(cluster["id"]) == {}


@pytest.mark.usefixtures("quick_starts")
async def test_lost_controller_leaves_no_job(slurm: SlurmClient, api: Api) -> None:
    cluster = await api.start(options=JOB, scaling={"mode": "manual", "jobs": 2})
    running = await api.until(cluster["id"], working(2), timeout=60)
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], status("lost"), timeout=60)
    await asyncio.to_thread(
        wait_until, lambda: not slurm.jobs_of(cluster["id"]), "Slurm has none of its jobs", timeout=90
    )
    # Jupyter may not know yet that Slurm has none.
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status in (202, 204)
    await api.until_gone(cluster["id"], timeout=60)


@pytest.mark.usefixtures("quick_starts")
async def test_submit_again_what_somebody_cancelled(slurm: SlurmClient, api: Api) -> None:
    cluster = await api.start(options=JOB, scaling={"mode": "manual", "jobs": 2})
    path = f"clusters/{cluster['id']}"
    await api.until(cluster["id"], working(2), timeout=60)
    slurm.run("scancel", min(slurm.jobs_of(cluster["id"])))
    fewer = await api.until(cluster["id"], lambda found: found["scaling"]["jobs"] == 1, timeout=60)
    assert [problem["code"] for problem in fewer["problems"]] == ["cancelled_outside"]
    again = await api("POST", f"{path}/problems/cancelled_outside/resubmit")
    assert (again.status, again.json["scaling"]["jobs"]) == (200, 2)
    whole = await api.until(cluster["id"], working(2), timeout=60)
    assert whole["problems"] == []
    over = await api("POST", f"{path}/problems/cancelled_outside/resubmit")
    assert (over.status, over.json["reason"]) == (404, "ProblemNotFound")
    await api("DELETE", path)
    stopping = await api("POST", f"{path}/problems/cancelled_outside/resubmit")
    assert (stopping.status, stopping.json["reason"]) == (409, "WrongState")
    await api.until_gone(cluster["id"])


@pytest.mark.any_slurm
async def test_what_this_site_cannot_do(slurm: SlurmClient, api: Api, tmp_path: Path) -> None:
    cases = {
        ("partition", "nowhere"): "normal, short, gpu",
        ("walltime", "3-00:00:00"): "2-00:00:00",
        ("cores", 999): "16",
        ("memory", "900 GB"): "GB at most",
        ("gpus", 4): "2 in a node at most",
        ("scheduler_interface", "ib7"): "lo",
        ("log_directory", str(tmp_path / "missing")): "no directory",
        ("kernel", "no-such-kernel"): "python3",
    }
    for (option, value), words in cases.items():
        answer = await api("POST", "clusters", {"backend": "slurm", "options": {**JOB, option: value}})
        assert answer.status == 422, (option, answer.text)
        assert answer.json["field"] == f"options.{option}"
        assert words in answer.json["message"], answer.json
    assert (await api("GET", "clusters")).json == []


@pytest.mark.any_slurm
async def test_site(slurm: SlurmClient, api: Api) -> None:
    site = (await api("GET", "site")).json
    assert site["slurm"]["available"]
    assert [partition["name"] for partition in site["partitions"]] == ["normal", "short", "gpu"]
    assert site["kernels"][0]["usable"]


async def test_slurm_away(api: Api) -> None:
    # No Slurm was started for this test: SLURM_CONF names a file that does not exist.
    answer = await api("POST", "clusters", {"backend": "slurm", "options": JOB})
    assert answer.status == 503, answer.text
    assert answer.json["reason"] == "SlurmNotAsked"
    assert "does not exist" in answer.json["message"]
    assert (await api("GET", "clusters")).json == []


async def test_no_slurm_on_this_machine(api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = await api("POST", "clusters", {"backend": "slurm", "options": JOB})
    assert (answer.status, answer.json["reason"], answer.json["field"]) == (503, "SlurmMissing", "backend")
    site = (await api("GET", "site")).json
    assert not site["slurm"]["available"]
    assert site["slurm"]["error"]
    cluster = await api.start(options={"cores": 1, "memory": "400 MB"})
    assert cluster["backend"] == "local"
