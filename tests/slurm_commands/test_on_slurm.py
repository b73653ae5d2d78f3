"""Submitting, asking and cancelling on a real Slurm that other tests use too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.errors import SlurmAmbiguous, SlurmRefused
from jupyter_dask_slurm.protocol.tags import cluster_of
from jupyter_dask_slurm.slurm import cluster_jobs, queue, submission
from jupyter_dask_slurm.slurm import end_states as endings
from jupyter_dask_slurm.slurm.run import Answer
from tests.faults.bent import LIES, BentCommands
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

SLEEP = "#!/bin/sh\nsleep 300\n"
LATER = {"begin": "now+1hour"}
CLUSTER = f"here-{os.getpid():04x}"
Tag = Callable[[int], str]


@pytest.fixture
def tag(slurm: SlurmClient, request: pytest.FixtureRequest) -> Iterator[Tag]:
    """Make tags of a cluster of this test's own; its jobs are cancelled at the end."""
    # No id that a cluster could have: other tests' Jupyters would show these jobs as left behind.
    cluster = f"{CLUSTER}-{abs(hash(request.node.name)) % 10**6:06}"
    used: set[str] = set()

    def make(number: int) -> str:
        used.add(f"jds-{cluster}-{number}")
        return f"jds-{cluster}-{number}"

    yield make
    for name in used:
        slurm.run("scancel", f"--name={name}")


def options(tag: str, **more: str) -> dict[str, str]:
    return {"job-name": tag, "output": "/dev/null", "mem": "100M", **more}


@pytest.mark.any_slurm
async def test_submits_by_stdin_what_argv_says(slurm: SlurmClient, tag: Tag, tmp_path: Path) -> None:
    script = "#!/bin/sh\n#SBATCH --job-name=other\n#SBATCH --array=0-7\nsleep 300\n"
    job_id = await submission.submit(
        script,
        options(tag(1), array="0-2", **LATER),
        directory=tmp_path,
        environment={"PATH": os.environ["PATH"], "SLURM_CONF": str(slurm.conf)},
    )
    shown = slurm.run("scontrol", "show", "job", job_id)
    assert f"JobName={tag(1)}" in shown
    assert f"WorkDir={tmp_path}" in shown
    assert set(await queue.jobs([job_id])) == {f"{job_id}_{index}" for index in range(3)}


async def test_a_job_inherits_the_users_locale(
    slurm: SlurmClient, tag: Tag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("SBATCH_JOB_NAME", "wrong")
    monkeypatch.setenv("SLURM_NTASKS", "7")
    script = f"#!/bin/sh\necho $LC_ALL $SLURM_JOB_NAME $SLURM_TIME_FORMAT $SLURM_NTASKS > {tmp_path}/said\n"
    await submission.submit(script, options(tag(1)))
    wait_until(lambda: (tmp_path / "said").exists() and bool((tmp_path / "said").read_text()), "it ran")
    assert (tmp_path / "said").read_text().split() == ["C", tag(1)]


@pytest.mark.any_slurm
async def test_a_refusal_says_why(slurm: SlurmClient, tag: Tag) -> None:
    with pytest.raises(SlurmRefused, match="Invalid partition name specified") as caught:
        await submission.submit(SLEEP, options(tag(1), partition="nope"))
    assert "invalid partition specified: nope" in (caught.value.details or "")
    assert await queue.find_by_tag([tag(1)], ended=True) == {}


@pytest.mark.parametrize(
    "stdout", ["", "Submitted batch job 17", "17 18", "17;clus ter", "17\nbye", "-17", "\uff11\uff17"]
)
def test_an_answer_without_an_id_is_ambiguous(stdout: str) -> None:
    with pytest.raises(SlurmAmbiguous, match="named no job"):
        submission.parse_submission(Answer(stdout, ""))


@pytest.mark.parametrize("stdout", ["17\n", "17;cluster-1.x\n", "Maintenance on 12 Dec, 4711 nodes\n17\n"])
def test_an_id_is_found_below_a_banner(stdout: str) -> None:
    assert submission.parse_submission(Answer(stdout, "")) == "17"


@pytest.mark.any_slurm
async def test_reads_what_slurm_has(slurm: SlurmClient, tag: Tag) -> None:
    job_id = await submission.submit(
        SLEEP,
        options(
            tag(1), array="0-1", mem="1G", gres="gpu:1", partition="gpu", time="20", **{"cpus-per-task": "2"}
        ),
    )
    wait_until(lambda: slurm.jobs().get(f"{job_id}_0") == "RUNNING", "it runs")
    row = (await queue.jobs([f"{job_id}_0"]))[f"{job_id}_0"]
    assert (row.state, row.partition, row.cores, row.memory_bytes, row.gpus) == (
        "RUNNING",
        "gpu",
        2,
        1024**3,
        1,
    )
    assert (row.walltime_s, row.restarts, row.reason) == (1200, 0, None)
    assert row.node
    assert row.submitted_at
    assert row.started_at
    assert row.ends_at
    assert row.started_at < row.ends_at


@pytest.mark.any_slurm
async def test_says_why_a_job_waits(slurm: SlurmClient, tag: Tag) -> None:
    job_id = await submission.submit(SLEEP, options(tag(1), partition="short", time="60"))
    wait_until(
        lambda: "PartitionTimeLimit" in slurm.run("squeue", "-h", "-j", job_id, "-o", "%r"), "it is looked at"
    )
    assert (await queue.jobs([job_id]))[job_id].reason == "PartitionTimeLimit"


async def test_names_cannot_forge_rows(slurm: SlurmClient, tag: Tag) -> None:
    """A job's name holds line breaks, rows and another job's tag; only true rows are seen."""
    real = await submission.submit(SLEEP, options(tag(1), **LATER))
    for name in [
        f"x\n{tag(1)}\n{tag(2)}\n",
        f"x\n1|1|RUNNING|{tag(1)}",
        f"{tag(1)} ",
        f"{tag(1)}x",
        f"my {tag(1)}",
    ]:
        hostile = await submission.submit(SLEEP, options(name, comment=tag(1), **LATER))
        try:
            assert set(await queue.find_by_tag([tag(1), tag(2)])) == {real}
            assert set(await queue.jobs([real, hostile])) == {real, hostile}
            assert set(await cluster_jobs.jobs_of_cluster(cluster_of(tag(1)))) == {real}
        finally:
            slurm.run("scancel", hostile)


@pytest.mark.any_slurm
async def test_ids_that_slurm_does_not_know_are_no_error(slurm: SlurmClient) -> None:
    assert await queue.jobs([]) == {}
    assert await queue.jobs(["4000000"]) == {}
    assert await queue.jobs(["4000000_3", "4000001"], ended=True) == {}
    await submission.cancel(["4000000", "4000001_3"])
    await submission.cancel([])


@pytest.mark.any_slurm
async def test_cancels_only_the_elements_that_are_named(slurm: SlurmClient, tag: Tag) -> None:
    waiting = await submission.submit(SLEEP, options(tag(1), array="0-9", **LATER))
    gone = [f"{waiting}_{index}" for index in (0, 1, 2, 5)]
    assert await queue.cancel_tagged(gone, [tag(1)]) == gone
    left = {f"{waiting}_{index}" for index in (3, 4, 6, 7, 8, 9)}
    assert set(await queue.jobs([waiting])) == left
    assert await queue.cancel_tagged(gone, [tag(1)]) == []
    assert set(await queue.jobs([waiting])) == left


async def test_cancels_nothing_that_carries_another_tag(slurm: SlurmClient, tag: Tag) -> None:
    mine = await submission.submit(SLEEP, options(tag(1), **LATER))
    other = await submission.submit(SLEEP, options("other", **LATER))
    try:
        assert await queue.cancel_tagged([mine, other], [tag(1), tag(2)]) == [mine]
        assert set(await queue.jobs([mine, other])) == {other}
    finally:
        slurm.run("scancel", other)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to submit as another user")
async def test_jobs_of_other_users_are_not_ours(slurm: SlurmClient, tag: Tag) -> None:
    submitted = (
        "--parsable",
        "-o",
        "/dev/null",
        "--begin=now+1hour",
        "--mem=100M",
        "-D",
        "/",
        f"--job-name={tag(1)}",
    )
    theirs = slurm.run("sbatch", "--uid=nobody", *submitted, stdin=SLEEP)
    assert theirs in slurm.jobs()
    assert await queue.jobs([theirs]) == {}
    assert await queue.find_by_tag([tag(1)]) == {}
    assert await queue.cancel_tagged([theirs], [tag(1)]) == []
    assert theirs in slurm.jobs()


async def test_cancels_what_a_dead_controller_left(slurm: SlurmClient, tag: Tag) -> None:
    cluster = cluster_of(tag(1))
    first = await submission.submit(SLEEP, options(tag(1), array="0-1"))
    second = await submission.submit(SLEEP, options(tag(2), **LATER))
    other = await submission.submit(SLEEP, options(f"jds-{cluster}-more-1", **LATER))
    wait_until(lambda: slurm.jobs().get(f"{first}_1") == "RUNNING", "it runs")
    expected = {f"{first}_0", f"{first}_1", second}
    assert set((await cluster_jobs.jobs_by_cluster(await queue.find_tags()))[cluster]) == expected
    assert set(await cluster_jobs.cancel_cluster(cluster)) == expected
    wait_until(lambda: not expected & slurm.jobs().keys(), "all are gone")
    assert await cluster_jobs.cancel_cluster(cluster) == []
    assert await cluster_jobs.cancel_cluster(f"{cluster}-more") == [other]


@pytest.mark.any_slurm
async def test_tells_ends_apart(slurm: SlurmClient, tag: Tag) -> None:
    failed = await submission.submit("#!/bin/sh\nexit 3\n", options(tag(1)))
    done = await submission.submit("#!/bin/sh\ntrue\n", options(tag(1)))
    killed = await submission.submit("#!/bin/sh\nkill -15 $$\n", options(tag(1)))
    stopped = await submission.submit(SLEEP, options(tag(1)))
    waiting = await submission.submit(SLEEP, options(tag(1), **LATER))
    wait_until(lambda: slurm.jobs().get(stopped) == "RUNNING", "it runs")
    await submission.cancel([stopped])
    ids = [failed, done, killed, stopped]
    wait_until(lambda: not set(ids) & slurm.jobs().keys(), "all have ended")
    ends = await endings.end_states([*ids, waiting, "4000000"])
    assert {job_id: end.kind for job_id, end in ends.items()} == {
        failed: "failed",
        done: "completed",
        killed: "failed",
        stopped: "cancelled",
        "4000000": "unknown",
    }
    assert ends[failed].text == "It failed: exit code 3."
    assert ends[killed].text == "It failed: killed by signal 15."
    assert ends[stopped].ended_at


@pytest.mark.parametrize(
    "tag", ["", "x", "jds-x", "jds-a,b-1", "jds-a-1\n", "jds--1", "jds-A-1", "jds-a-\uff11"]
)
async def test_looks_for_nothing_but_tags(tag: str) -> None:
    with pytest.raises(ValueError, match="no tag of ours"):
        await queue.find_by_tag([tag])
    with pytest.raises(ValueError, match="no tag of ours"):
        cluster_of(tag)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become a user without a name")
def test_a_user_without_a_name_has_jobs(slurm: SlurmClient, tag: Tag) -> None:
    """Squeue refuses to look for the jobs of such a user; asked for jobs, it tells whose they are."""
    call = [sys.executable, "-c", NAMELESS, tag(1)]
    done = subprocess.run(call, cwd="/", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "2", "2", "1", "2", "0"]


NAMELESS = """
import asyncio, os, sys
from jupyter_dask_slurm.protocol.tags import cluster_of
from jupyter_dask_slurm.slurm import cluster_jobs, queue, second_source, submission

async def main(tag):
    options = {"job-name": tag, "output": "/dev/null", "mem": "100M", "array": "0-1"}
    job_id = await submission.submit("#!/bin/sh\\n#SBATCH --hold\\nsleep 300\\n", options)
    print(len(await queue.jobs([job_id])))
    print(len(await queue.find_by_tag([tag])))
    print(len(await second_source.still_there([f"{job_id}_0", f"{job_id}_1", f"{job_id}_2"])))
    print(len((await second_source.jobs_by_tag())[tag]))
    cluster = cluster_of(tag)
    print(len(await cluster_jobs.cancel_cluster(cluster)))
    while await cluster_jobs.jobs_of_cluster(cluster):
        await asyncio.sleep(0.1)
    print(len(await cluster_jobs.cancel_cluster(cluster)))

# Not before all is imported: this Python may lie where only its own user can read.
os.setgroups([])
os.setgid(54321)
os.setuid(54321)
asyncio.run(main(sys.argv[1]))
"""


async def test_what_squeue_does_not_list_is_asked_of_scontrol(
    slurm: SlurmClient, tag: Tag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await submission.submit(SLEEP, options(tag(1), array="0-3", **LATER))
    slurm.run("scancel", f"{job_id}_1")
    bent = BentCommands(tmp_path)
    bent.bend("squeue", LIES["a header and no rows"])
    monkeypatch.setenv("PATH", bent.environment["PATH"])
    assert await endings.end_states([f"{job_id}_1"]) == {
        f"{job_id}_1": endings.EndState(f"{job_id}_1", "UNKNOWN")
    }
    for asks in (
        endings.end_states([f"{job_id}_0", f"{job_id}_1"]),
        queue.find_or_rule_out({tag(1)}),
        queue.cancel_tagged([f"{job_id}_3"], {tag(1)}),
        cluster_jobs.cancel_cluster(cluster_of(tag(1))),
    ):
        with pytest.raises(SlurmAmbiguous, match="contradict"):
            await asks
    assert bent.calls("scancel") == []


async def test_a_name_that_looks_like_a_job_rules_nothing_in(slurm: SlurmClient, tag: Tag) -> None:
    line = f"JobId=1 JobName={tag(1)} UserId=x({os.geteuid()}) JobState=PENDING "
    hostile = await submission.submit(SLEEP, options(f"x\n{line}\n{line}", **LATER))
    try:
        assert await queue.find_or_rule_out({tag(1)}) == {}
        assert await cluster_jobs.cancel_cluster(cluster_of(tag(1))) == []
    finally:
        slurm.run("scancel", hostile)
