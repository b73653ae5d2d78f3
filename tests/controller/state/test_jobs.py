"""The table of jobs: names, core hours, and who takes whose place."""

from __future__ import annotations

from jupyter_dask_slurm.controller.state.jobs import End, JobTable, SlurmView, worker_names


def test_names_are_those_that_dask_gives() -> None:
    assert worker_names("c-3", 1) == ("c-3",)
    assert worker_names("c-3", 2) == ("c-3-0", "c-3-1")


def test_names_of_several_nodes_say_which_node() -> None:
    assert worker_names("c-3", 1, nodes=2) == ("c-3-0", "c-3-1")
    assert worker_names("c-3", 2, nodes=2) == ("c-3-0-0", "c-3-0-1", "c-3-1-0", "c-3-1-1")


def test_core_hours_count_ended_and_forgotten_jobs() -> None:
    job_table = JobTable("c", 2)
    first = job_table.new(0.0)
    first.seen, first.end = SlurmView("RUNNING", started=0.0, cores=4), End("TIMEOUT", 3600.0)
    second = job_table.new(0.0)
    second.seen = SlurmView("RUNNING", started=3600.0, cores=2)
    assert job_table.core_hours(now=7200.0) == 6.0
    job_table.forget_old(now=7201.0)
    assert [known.name for known in job_table] == ["c-1"]
    assert job_table.core_hours(now=7200.0) == 6.0
    assert job_table.new(7201.0).name == "c-2"


def test_a_job_near_its_walltime_is_not_counted_twice() -> None:
    job_table = JobTable("c", 1)
    old = job_table.new(0.0)
    assert not job_table.has_replacement(old, 1)
    old.expiring_since = 50.0
    assert not job_table.has_replacement(old, 1)
    job_table.new(50.0)
    assert job_table.has_replacement(old, 1)
    assert not job_table.has_replacement(old, 2)
