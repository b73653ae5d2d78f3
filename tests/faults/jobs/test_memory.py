"""Too much memory: whoever ends the worker, it is named, with what to ask for."""

from __future__ import annotations

import time

import pytest
from distributed import Client

from jupyter_dask_slurm.controller.problems.facts import Surroundings
from jupyter_dask_slurm.controller.problems.find import find_problems
from jupyter_dask_slurm.controller.problems.job_ends import note_end
from jupyter_dask_slurm.controller.reconcile.end_policy import end_policy
from jupyter_dask_slurm.controller.state.jobs import JobTable, SlurmView
from jupyter_dask_slurm.controller.state.slurm_time import SlurmTime
from jupyter_dask_slurm.controller.state.slurm_watch import end_of
from jupyter_dask_slurm.controller.state.state import ClusterState
from jupyter_dask_slurm.protocol.models import Scaling
from jupyter_dask_slurm.slurm.end_states import EndState
from tests.controller.process import SMALL
from tests.faults.conftest import Launch, StartSlurm
from tests.slurm import Options, SlurmClient

FEW = {**SMALL, "memory": "400 MB"}
OVER_MEMORY_KILL = Options(
    nodes=1,
    gpus=0,
    extra=(
        "JobAcctGatherType=jobacct_gather/linux",
        "JobAcctGatherFrequency=task=1",
        "JobAcctGatherParams=OverMemoryKill",
    ),
)


def take(megabytes: int) -> int:
    """Take memory, a bit at a time, and hold it for a while."""
    held = []
    for _ in range(megabytes // 10):
        held.append(bytearray(b"x" * 10_000_000))
        time.sleep(0.01)
    time.sleep(20)
    return len(held)


def submit(client: Client, megabytes: int) -> object:
    # No module of tests on the node: the function goes along.
    return client.submit(take, megabytes, pure=False)


def test_a_worker_that_its_nanny_ends_is_named_with_what_to_ask_for(
    slurm: SlurmClient, launch: Launch
) -> None:
    controller = launch(options=FEW)
    controller.working(jobs=1)
    (job,) = controller.jobs
    with controller.client() as client:
        future = submit(client, 600)
        (problem,) = controller.until(lambda c: c.problems).problems
        del future
    assert (problem.code, problem.job_id) == ("worker_killed", job.job_id)
    assert "of 381.47 MiB" in problem.message
    assert "more memory" in problem.advice
    assert "killed" in controller.history
    # The nanny brings its worker back: the job is neither ended nor replaced.
    controller.working(jobs=1)
    assert [job.job_id for job in controller.jobs] == [job.job_id]
    assert controller.scale(1).problems == ()


@pytest.mark.any_slurm
def test_a_job_that_slurm_ends_for_memory_is_named_and_replaced(
    start_slurm: StartSlurm, launch: Launch
) -> None:
    start_slurm(OVER_MEMORY_KILL)
    no_nanny_limit = {"DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False"}
    pause = {"DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False"}
    controller = launch(options={**FEW, "environment_variables": no_nanny_limit | pause})
    controller.until(lambda c: c.expires_at is not None)
    with controller.client() as client:
        future = submit(client, 600)
        (problem,) = controller.until(lambda c: c.problems).problems
        del future
    ended = controller.jobs[0]
    assert (ended.state, ended.exit_code) == ("FAILED", "0:9")
    assert "more memory than it has" in (ended.reason_text or "")
    assert (problem.code, problem.job_id) == ("worker_killed", ended.job_id)
    assert "exceeded memory limit" in (problem.details or "")
    controller.working(jobs=1)
    assert controller.cluster.jobs.plan == 1


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (EndState("7", "OUT_OF_MEMORY", exit_code="0:125"), "used more memory than it had asked for"),
        (EndState("7", "FAILED", reason="OutOfMemory", exit_code="1:0"), "used more memory"),
        (EndState("7", "FAILED", exit_code="0:9"), "signal 9"),
    ],
    ids=["OUT_OF_MEMORY (needs cgroups: judged from Slurm's word)", "by its reason", "by the signal"],
)
def test_each_way_in_which_slurm_says_memory_is_named_memory(end: EndState, words: str) -> None:
    job_table = JobTable("c", 1)
    job = job_table.new(time.time())
    job.job_id, job.connected_at = "7", time.time()
    job.seen = SlurmView("RUNNING", memory_bytes=400_000_000)
    state = ClusterState("c", Scaling(jobs=1), 1, 0)
    ended = end_of(job, end, SlurmTime())
    policy = end_policy(job, ended, keep_jobs=True)
    note_end(state, job, ended, policy)
    (problem,) = find_problems(state, [], Surroundings(None), time.time())
    assert (policy, problem.code) == ("replace", "worker_killed")
    assert words in (problem.details or "")
    assert "at least 572.20 MiB" in problem.advice
