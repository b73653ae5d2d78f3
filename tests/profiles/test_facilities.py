"""Users' files for five facilities, spelt as on their public pages, need no change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dask
import pytest
import yaml

from jupyter_dask_slurm.controller.options.effective import effective_options, job_size
from jupyter_dask_slurm.controller.options.keywords import jobqueue_keywords
from jupyter_dask_slurm.profiles.dask import dask_profiles
from jupyter_dask_slurm.protocol.models import LaunchSpec

# dask-jobqueue's page of examples (NCAR, NERSC, SDSC), and pages for users of DKRZ and of Oxford's BMRC.
FILES = yaml.safe_load("""
NCAR Geyser:
  pbs: {cores: 36, queue: regular}
  slurm:
    {name: dask-worker, cores: 1, memory: 25 GB, processes: 1, interface: ib0, account: PXYZ123,
     walltime: '00:30:00', job-extra: {-C geyser}}
NERSC Cori:
  slurm:
    {cores: 64, memory: 115GB, processes: 4, queue: debug, walltime: '00:10:00',
     job-extra: ['-C haswell', '-L project, SCRATCH, cscratch1', '-J mine']}
SDSC Comet:
  slurm:
    {name: dask-worker, cores: 24, memory: 120GB, processes: 1, interface: ib0, death-timeout: 60,
     local-directory: /scratch/$USER/$SLURM_JOB_ID, queue: compute, walltime: '00:30:00', job-mem: 120GB}
DKRZ Levante:
  slurm:
    {name: worker, queue: compute, account: ab0246, cores: 4, memory: 128GB, interface: ib0,
     walltime: '00:30:00', job-extra-directives: [--exclusive, --nodes=1], job-cpu: 128,
     env-extra: [module load python3]}
Oxford BMRC:
  slurm:
    {name: dask-worker, cores: 1, memory: 100GB, processes: 1, interface: ib0, queue: short, project: win,
     local-directory: /well/tmp, log-directory: /well/logs, silence_logs: true, walltime: '01:00:00',
     shebang: '#!/usr/bin/bash', env-extra: [], job-extra: [], header-skip: [--mem], extra: [--nanny]}
""")
EXPECTED: dict[str, dict[str, Any]] = {
    "NCAR Geyser": {
        "cores": 1, "memory": "25 GB", "interface": "ib0", "account": "PXYZ123",
        "job_extra_directives": ["-C geyser"],
    },
    "NERSC Cori": {
        "cores": 64, "processes": 4, "partition": "debug", "walltime": "00:10:00",
        "job_extra_directives": ["-C haswell", "-L project, SCRATCH, cscratch1"],
    },
    "SDSC Comet": {
        "memory": "120GB", "partition": "compute", "local_directory": "/scratch/$USER/$SLURM_JOB_ID",
    },
    "DKRZ Levante": {
        "account": "ab0246", "job_extra_directives": ["--exclusive", "--nodes=1"],
        "job_script_prologue": ["module load python3"],
    },
    "Oxford BMRC": {
        "account": "win", "partition": "short", "log_directory": "/well/logs",
        "job_directives_skip": ["--mem"], "worker_extra_args": ["--nanny"],
    },
}  # fmt: skip


def _spec(directory: Path) -> LaunchSpec:
    return LaunchSpec(
        cluster_id="ocean-0000", name="ocean", backend="slurm", created_at="2026-11-20T21:00:00Z",
        directory=str(directory), socket="", nonce="", python="/usr/bin/python3", dashboard_path="",
        scaling={"mode": "manual", "jobs": 1}, options={}, idle_timeout_s=3600,
    )  # fmt: skip


@pytest.mark.parametrize("facility", FILES)
def test_is_what_a_cluster_gets(facility: str, tmp_path: Path) -> None:
    sections, expected = FILES[facility], EXPECTED[facility]
    import dask_jobqueue  # noqa: F401 - its defaults lie below the file

    with dask.config.set({"jobqueue": dask.config.merge(dask.config.get("jobqueue"), sections)}):
        options = effective_options(_spec(tmp_path))
        keywords = jobqueue_keywords(options, "ocean-0000")
    assert {name: options[name] for name in expected} == expected
    assert job_size(options).processes <= options["cores"]
    assert keywords["job_extra_directives"] == (options["job_extra_directives"] or [])


@pytest.mark.parametrize("facility", FILES)
def test_is_a_profile(facility: str) -> None:
    configuration = {
        "sections": {"jobqueue": FILES[facility]}, "files": ["/home/ada/jobqueue.yaml"], "variables": [],
    }  # fmt: skip
    (profile,) = dask_profiles(configuration)
    assert (profile.name, profile.backend, profile.error) == ("slurm", "slurm", None)
    # What dask-jobqueue sets for everybody stands in no profile.
    told = {name: value for name, value in EXPECTED[facility].items() if value != "00:30:00"}
    assert {name: profile.options.get(name) for name in told} == told
