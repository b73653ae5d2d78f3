"""Jobs of several nodes on a real Slurm: one worker command on each, and a node that has none any more."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.models import WorkerCounts
from tests.controller.conftest import Launch
from tests.controller.process import SMALL, TWO_WORKERS
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

# What a user's shell has, or the job that Jupyter runs in: srun would take it for one task of one CPU.
LEAKS = {
    "SLURM_NNODES": "1", "SLURM_NTASKS": "1", "SLURM_CPUS_PER_TASK": "1", "SRUN_CPUS_PER_TASK": "1",
    "SLURM_EXPORT_ENV": "NONE", "SLURM_MEM_PER_CPU": "1", "SLURM_KILL_BAD_EXIT": "1", "SLURM_WAIT": "1",
}  # fmt: skip


def _place(dask_worker: Any) -> tuple[str, str, int, int]:
    import os

    return str(dask_worker.name), os.environ["SLURMD_NODENAME"], len(os.sched_getaffinity(0)), os.getppid()


@pytest.mark.any_slurm
def test_workers_on_all_nodes_and_one_node_that_has_none_any_more(
    slurm: SlurmClient, launch: Launch, tmp_path: Path
) -> None:
    place = tmp_path / "own"
    place.mkdir(mode=0o700)
    options = {**TWO_WORKERS, "nodes_per_job": 2, "local_directory": str(place)}
    controller = launch("slurm", options=options, scaling={"mode": "manual", "cores": 5}, environment=LEAKS)
    cluster = controller.working(jobs=2)
    assert cluster.workers == WorkerCounts(connected=8, expected=8)
    jobs = controller.jobs
    assert {(job.cores, job.memory_bytes, len(job.workers)) for job in jobs} == {(4, 2 * 954 * 2**20, 4)}
    with controller.client() as client:
        found = {name: facts for name, *facts in client.run(_place).values()}
    for job in jobs:
        assert job.node == job.nodes[0] != job.nodes[1]
        there = [found[worker.name][:2] for worker in job.workers]
        assert there == [[node, 2] for node in job.nodes for _ in range(2)]
    # The worker command of one node ends, and nobody brings its workers back.
    job = jobs[0]
    os.kill(found[job.workers[-1].name][2], signal.SIGKILL)
    (problem,) = controller.until(lambda c: c.problems).problems
    assert problem.message == (
        f"1 of 2 nodes of job {job.job_id} has no worker ({job.nodes[1]}). The others go on."
    )
    assert [worker.status for worker in controller.jobs[0].workers] == ["running", "running", "gone", "gone"]
    assert slurm.jobs_of(controller.spec.cluster_id)[job.job_id] == "RUNNING"
    # What it left is cleared up on its node, while the others work.
    wait_until(lambda: len(list(place.iterdir())) == 3, "each node has cleared up its own")
    assert controller.stop() == 0
    assert slurm.jobs_of(controller.spec.cluster_id) == {}
    wait_until(lambda: not list(place.iterdir()), "nothing is left on any node")


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_job_of_which_one_node_never_gets_its_worker_is_replaced(
    slurm: SlurmClient, launch: Launch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    # Of the first job the second node hangs.
    python.write_text(
        f'#!/bin/sh\n[ "$SLURM_NODEID" = 1 ] && mkdir "$0.once" 2>/dev/null && exec sleep 900\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o700)
    controller = launch("slurm", options={**SMALL, "nodes_per_job": 2, "python": str(python)})
    controller.until(lambda c: c.workers and c.workers.connected == 1)
    (first,) = controller.jobs
    with controller.client() as client:
        kept = client.submit(sum, [1, 2], key="kept")
        assert kept.result(timeout=30) == 3
        cluster = controller.until(lambda c: c.jobs.working == 1, timeout=450)
        assert cluster.jobs.plan == 1
        controller.until(
            lambda _: list(slurm.jobs_of(controller.spec.cluster_id)) != [first.job_id], timeout=60
        )
        wait_until(
            lambda: first.job_id not in slurm.jobs_of(controller.spec.cluster_id), "the first has gone"
        )
        # What it computed has moved to the other one.
        assert kept.result(timeout=30) == 3
    ended, replacement = controller.jobs
    assert (ended.job_id, len(replacement.workers), replacement.phase) == (first.job_id, 2, "working")
    assert "incomplete" in controller.history
    assert controller.stop() == 0
