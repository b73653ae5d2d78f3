"""What hints know of the options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.controller.hints import asked_for as module
from jupyter_dask_slurm.controller.hints.asked_for import asked_for, omp_threads
from jupyter_dask_slurm.protocol.scaling import JobSize
from jupyter_dask_slurm.system.mounts import network_file_system

NONE: dict[str, Any] = dict.fromkeys(("environment_variables", "job_script_prologue", "local_directory"))
SIZE = JobSize(processes=2, cores=8, memory_bytes=16 * 10**9)


@pytest.mark.parametrize(
    ("options", "environ", "found"),
    [
        ({}, {}, (None, None)),
        ({}, {"OMP_NUM_THREADS": "4"}, (4, None)),
        ({"environment_variables": {"OMP_NUM_THREADS": "2"}}, {"OMP_NUM_THREADS": "4"}, (2, None)),
        (
            {"job_script_prologue": ["module load x", "export OMP_NUM_THREADS='8'"]},
            {"OMP_NUM_THREADS": "4"},
            (8, "export OMP_NUM_THREADS='8'"),
        ),
        ({"job_script_prologue": "OMP_NUM_THREADS=3\necho OMP_NUM_THREADS=5"}, {}, (3, "OMP_NUM_THREADS=3")),
        ({"environment_variables": {"OMP_NUM_THREADS": "$N"}}, {}, (None, None)),
    ],
)
def test_threads_within_a_task(
    options: dict[str, Any], environ: dict[str, str], found: tuple[int | None, str | None]
) -> None:
    assert omp_threads({**NONE, **options}, environ) == found


@pytest.mark.parametrize(
    ("options", "gpus"),
    [
        ({}, False),
        ({"gres": "disk:10"}, False),
        ({"gpus": 1}, True),
        ({"gres": "gpu:a100:2"}, True),
        ({"job_extra_directives": ["--gpus=1"]}, True),
        ({"worker_command": "dask_cuda.cli"}, True),
    ],
)
def test_jobs_with_gpus(options: dict[str, Any], gpus: bool) -> None:
    assert asked_for("slurm", {**NONE, **options}, SIZE, {}).gpus is gpus


def test_where_workers_spill(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("x / ext4 rw 0 0\nserver:/a /scratch lustre rw 0 0\ny /scratch/disk xfs rw 0 0\n")
    monkeypatch.setattr(module, "network_file_system", lambda path: network_file_system(path, mounts))
    found = asked_for("slurm", {**NONE, "local_directory": "/scratch/ada"}, SIZE, {})
    assert (found.spills_to, found.file_system, found.node_disk) == ("/scratch/ada", "lustre", "/tmp")
    for place in (None, "/scratch/disk/ada", "/var", "/scratch/$SLURM_JOB_ID", "/scratchy"):
        found = asked_for("slurm", {**NONE, "local_directory": place}, SIZE, {})
        assert (found.spills_to, found.file_system) == (None, None)
    assert network_file_system("/scratch", tmp_path / "missing") is None
