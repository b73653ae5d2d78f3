"""A controller in a Slurm job of its own: waits, runs, ends in every way, and leaves nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models.problem import SUBMIT_UNKNOWN
from tests.faults.bent import LOSES_ITS_ANSWER, BentCommands
from tests.jupyter.api import Api, status, working
from tests.slurm.client import SlurmClient, SlurmCommandError, wait_until

JOB = {"cores": 1, "processes": 1, "memory": "400 MB", "walltime": "00:10:00", "partition": "normal"}
IN_A_JOB = {
    **JOB,
    "controller_placement": "job",
    "controller_memory": "500 MB",
    "controller_walltime": "00:20:00",
}
ONE = {"mode": "manual", "jobs": 1}
REFUSES = "echo 'sbatch: error: Batch job submission failed: Invalid qos specification' >&2; exit 1"
WAITS = "echo 'sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying' >&2; sleep 60"
STOPPED_MEANWHILE = """\
for word in "$@"; do case "$word" in --output=*)
  cluster=$(dirname "${word#--output=}"); mkdir -m 700 "$cluster/requests"; : > "$cluster/requests/stop";;
esac; done
exec "$real" --hold "$@"
"""
"""As another Jupyter does it, of which the jobs are looked for before this one is there."""
HOLDS_THE_CONTROLLER = 'case "$*" in *-controller*) exec "$real" --hold "$@";; *) exec "$real" "$@";; esac'


@pytest.fixture
def bent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BentCommands:
    folder = tmp_path / "bent"
    folder.mkdir()
    bent = BentCommands(folder)
    monkeypatch.setenv("PATH", bent.environment["PATH"])
    return bent


async def until_slurm_has_none(slurm: SlurmClient, cluster_id: str) -> None:
    """Wait until no job of a cluster is left, its controller's neither."""
    await asyncio.to_thread(wait_until, lambda: not slurm.jobs_of(cluster_id), "Slurm has none of its jobs")


async def test_its_life_and_what_ends_it(slurm: SlurmClient, api: Api) -> None:
    previewed = (await api("POST", "preview", {"name": "ocean", "options": IN_A_JOB, "scaling": ONE})).json
    assert previewed["errors"] == []
    lines = [line["text"] for line in previewed["controller_lines"]]
    assert {"#SBATCH --time=00:20:00", "#SBATCH --mem=476M", "#SBATCH --no-requeue"} <= set(lines)
    assert previewed["totals"]["core_hours_per_hour"] == 2
    cluster = await api.start(name="ocean", options=IN_A_JOB, scaling=ONE)
    assert cluster["controller"]["placement"] == "job"
    running = await api.until(cluster["id"], working(1), timeout=120)
    own = running["controller"]["job_id"]
    (job,) = (await api("GET", f"clusters/{cluster['id']}/jobs")).json
    assert sorted(slurm.jobs_of(cluster["id"])) == sorted([own, job["job_id"]])
    told = await api.until(cluster["id"], lambda c: c["controller"]["ends_at"] is not None, timeout=30)
    ends = slurm.run("env", "SLURM_TIME_FORMAT=%FT%TZ", "TZ=UTC", "squeue", "-h", "-j", own, "-o", "%e")
    assert told["controller"]["ends_at"] == ends
    assert told["problems"] == []
    # Put back into the queue it would start anew, beside the jobs that it has left: Slurm refuses that.
    with pytest.raises(SlurmCommandError, match="disabled"):
        slurm.run("scontrol", "requeue", own)
    # It is told by SIGTERM, and has half a minute: all of it ends in order.
    slurm.run("scancel", own)
    over = await api.until(cluster["id"], status("stopped"), timeout=90)
    assert over["ended"]["reason"].startswith("Slurm ended the job of its controller: it was cancelled")
    await until_slurm_has_none(slurm, cluster["id"])
    again = (await api("POST", f"clusters/{cluster['id']}/restart", {})).json
    running = await api.until(again["id"], working(1), timeout=120)
    # A job of which the node is lost says nothing: its workers' jobs are cancelled from here.
    os.kill(running["controller"]["pid"], signal.SIGKILL)
    lost = await api.until(again["id"], status("lost"), timeout=90)
    assert lost["error"]["reason"] == "ControllerLost"
    await until_slurm_has_none(slurm, again["id"])


async def test_one_that_waits_says_why_and_can_be_stopped(
    slurm: SlurmClient, api: Api, bent: BentCommands
) -> None:
    bent.bend("sbatch", HOLDS_THE_CONTROLLER)
    cluster = await api.start(name="ocean", options=IN_A_JOB, scaling=ONE)
    waits = await api.until(cluster["id"], lambda c: c["waiting"] is not None, timeout=60)
    assert (waits["status"], waits["waiting"]["reason"]) == ("starting", "JobHeldUser")
    assert waits["waiting"]["reason_text"].startswith("The controller's own job waits.")
    assert list(slurm.jobs_of(cluster["id"])) == [waits["controller"]["job_id"]]
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status == 202
    await api.until_gone(cluster["id"])
    assert slurm.jobs_of(cluster["id"]) == {}


async def test_one_whose_job_is_taken_away_before_it_starts_has_failed(
    slurm: SlurmClient, api: Api, bent: BentCommands
) -> None:
    bent.bend("sbatch", HOLDS_THE_CONTROLLER)
    cluster = await api.start(options=IN_A_JOB, scaling=ONE)
    waits = await api.until(cluster["id"], lambda c: c["waiting"] is not None, timeout=60)
    slurm.run("scancel", waits["controller"]["job_id"])
    failed = await api.until(cluster["id"], status("failed"), timeout=90)
    assert "its controller's job" in failed["error"]["message"]
    assert "cancelled" in failed["error"]["message"]
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status in (202, 204)


@pytest.mark.parametrize(
    ("options", "field", "words"),
    [
        ({"controller_partition": "nowhere"}, "controller_partition", 'Partition "nowhere" does not exist'),
        (
            {"controller_walltime": "99-00:00:00", "controller_partition": "short"},
            "controller_walltime",
            "limit",
        ),
        ({"controller_memory": "900 GB"}, "controller_memory", "more than a node"),
        ({"controller_cores": 999}, "controller_cores", "more than a node"),
        ({"secure": False}, "controller_placement", "must be encrypted"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_sent(
    slurm: SlurmClient, api: Api, options: dict[str, Any], field: str, words: str
) -> None:
    body = {"options": {**IN_A_JOB, **options}, "backend": "slurm"}
    previewed = (await api("POST", "preview", body)).json
    assert field in {str(error["field"]).removeprefix("options.") for error in previewed["errors"]}
    refused = await api("POST", "clusters", body)
    assert refused.status in (403, 422)
    assert words in refused.json["message"] or field == "controller_placement"
    assert (await api("GET", "clusters")).json == []


async def test_sbatch_that_refuses_or_says_nothing(slurm: SlurmClient, api: Api, bent: BentCommands) -> None:
    bent.bend("sbatch", REFUSES)
    refused = await api("POST", "clusters", {"options": IN_A_JOB})
    assert (refused.status, refused.json["field"]) == (422, "options.controller_placement")
    assert "Invalid qos" in refused.json["details"]
    assert (await api("GET", "clusters")).json == []
    # The job is made, and nobody hears of it: it is found by its tag.
    bent.bend("sbatch", LOSES_ITS_ANSWER.replace("sleep 600", "kill -9 $$"))
    cluster = await api.start(options=IN_A_JOB, scaling={"mode": "manual", "jobs": 0})
    running = await api.until(cluster["id"], status("running"), timeout=120)
    assert list(slurm.jobs_of(cluster["id"])) == [running["controller"]["job_id"]]
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status == 202
    await api.until_gone(cluster["id"])
    await until_slurm_has_none(slurm, cluster["id"])
    bent.bend("sbatch", WAITS)
    cluster = await api.start(name="waits", options=IN_A_JOB, scaling={"mode": "manual", "jobs": 0})
    waits = await api.until(cluster["id"], lambda c: bool(c["problems"]), timeout=30)
    assert waits["problems"][0]["code"] == SUBMIT_UNKNOWN.code
    assert "unable to accept job" in waits["problems"][0]["details"]
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status == 202
    await api.until_gone(cluster["id"])


async def test_one_that_another_jupyter_stops_while_its_job_is_sent(
    slurm: SlurmClient, api: Api, bent: BentCommands
) -> None:
    bent.bend("sbatch", STOPPED_MEANWHILE)
    cluster = await api.start(options=IN_A_JOB, scaling=ONE)
    await until_slurm_has_none(slurm, cluster["id"])
    assert (await api("DELETE", f"clusters/{cluster['id']}")).status == 202
    await api.until_gone(cluster["id"])
