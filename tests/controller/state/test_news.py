"""What Slurm says of a job that is on its way out is not taken for its walltime."""

from __future__ import annotations

from dataclasses import replace

from jupyter_dask_slurm.controller.reconcile.replacement import replace_at
from jupyter_dask_slurm.controller.state.jobs import JobTable, SlurmView
from jupyter_dask_slurm.controller.state.news import take_in


def test_a_job_that_was_cancelled_and_is_completing_needs_no_replacement() -> None:
    job = JobTable("c", 1).new(0.0)
    take_in(job, SlurmView("RUNNING", node="n1", started=10.0, ends=3610.0), complete=True, now=11.0)
    job.connected_at = 12.0
    due = replace_at(job, wait_s=12.0)
    assert due is not None
    assert due > 3000.0
    take_in(job, SlurmView("COMPLETING", node="n1", started=10.0, ends=20.0), complete=False, now=20.0)
    assert job.seen is not None
    assert (job.seen.state, job.seen.ends) == ("COMPLETING", 3610.0)
    assert replace_at(job, wait_s=12.0) == due


def test_nodes_that_are_done_with_a_job_before_others_count_until_its_end() -> None:
    job = JobTable("c", 1, 2).new(0.0)
    ran = SlurmView("RUNNING", node="n[1-2]", cores=4, memory_bytes=8, gpus=2, started=10.0, ends=3610.0)
    take_in(job, ran, complete=True, now=11.0)
    left = SlurmView("COMPLETING", node="n1", cores=2, memory_bytes=4, gpus=1, started=10.0, ends=20.0)
    take_in(job, left, complete=False, now=20.0)
    assert job.seen == replace(ran, state="COMPLETING")


def test_one_that_was_never_seen_running_has_no_walltime_then() -> None:
    job = JobTable("c", 1).new(0.0)
    take_in(job, SlurmView("COMPLETING", node="n1", started=10.0, ends=20.0), complete=False, now=20.0)
    assert job.seen is not None
    assert job.seen.ends is None
