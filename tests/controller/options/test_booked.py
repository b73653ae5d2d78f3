"""``job-cpu`` and ``job-mem``: what a job asks Slurm for, beside what its workers are told."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.checks.limits import Limits
from jupyter_dask_slurm.controller.options.effective import job_size
from jupyter_dask_slurm.protocol.scaling import known_cpus

from .conftest import DaskFiles


@pytest.mark.parametrize(
    ("lines", "cpus", "memory"),
    [
        ("cores: 16, memory: 60 GB, job-cpu: 4, job-mem: 8GB", "4", "8GB"),
        ("cores: 4, memory: 128GB, job-cpu: '128'", "128", "120G"),
        ("cores: 2, memory: 4 GB, job-mem: 5000", "2", "5000"),
        ("cores: 2, memory: 4 GB, job-mem: 5000 M", "2", "5000M"),
        ("cores: 2, memory: 4 GB", "2", "4G"),
    ],
)
def test_is_what_dask_jobqueue_asks_for(dask_files: DaskFiles, lines: str, cpus: str, memory: str) -> None:
    dask_files.write(f"jobqueue:\n  slurm: {{{lines}}}\n")
    sent = dask_files.sent()
    assert (sent["--cpus-per-task"], sent["--mem"]) == (cpus, memory)
    options = dask_files.ours().options
    assert job_size(options).cpus == known_cpus(options) == int(cpus)
    assert job_size(options).cores == options["cores"]


def test_an_option_counts_before_the_configuration(dask_files: DaskFiles) -> None:
    dask_files.write("jobqueue:\n  slurm: {cores: 16, memory: 60 GB, job-cpu: 4, job-mem: 8GB}\n")
    sent = dask_files.sent(options={"job_cpu": 6, "job_mem": "9G"})
    assert (sent["--cpus-per-task"], sent["--mem"]) == ("6", "9G")
    # A profile whose section says nothing of them: nothing of another section acts.
    sent = dask_files.sent(options={"cores": 2, "memory": "2 GB"}, emptied=("job_cpu", "job_mem"))
    assert (sent["--cpus-per-task"], sent["--mem"]) == ("2", "2G")


def test_counts_for_limits() -> None:
    limits = Limits(max_cores=10)
    assert list(limits.refusals({"cores": 2, "job_cpu": 5}, 2, ())) == []
    assert list(limits.refusals({"cores": 16, "job_cpu": 5}, 2, ())) == []
    (refusal,) = limits.refusals({"cores": 2, "job_cpu": 6}, 2, ())
    assert "max_cores" in refusal.message
