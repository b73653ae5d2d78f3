"""Code that was written for dask-jobqueue runs with one line changed: the one that imports `SLURMCluster`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_dask_slurm.registry import Registry
from tests.slurm import SlurmClient

THEIRS = "from dask_jobqueue import SLURMCluster"
OURS = "from jupyter_dask_slurm import SLURMCluster"

FUTURES = """
from dask.distributed import Client
from dask_jobqueue import SLURMCluster

cluster = SLURMCluster(cores=1, processes=1, memory="400MB", queue="normal", project="ocean",
                       walltime="00:10:00", interface="lo", env_extra=["export OMP_NUM_THREADS=1"])
cluster.scale(2)
client = Client(cluster)

def slow_increment(x):
    return x + 1

futures = [client.submit(slow_increment, i) for i in range(100)]
assert client.gather(futures) == list(range(1, 101))
client.close()
cluster.close()
"""

IMAGES = """
import os, time
import dask.array as da
import numpy as np
from scipy.ndimage import gaussian_filter
from dask.distributed import Client
from dask_jobqueue import SLURMCluster

def get_cluster(n_workers=2, waiting_time=0.5):
    cluster = SLURMCluster(
        queue="normal",
        cores=1,
        memory="400MB",
        processes=1,
        death_timeout=60.0,
        interface="lo",
        local_directory="scratch",
        log_directory="logs",
        scheduler_options={"interface": "lo", "dashboard_address": ":0"},
        job_extra_directives=[
            "-o out.%j.txt", "-e err.%j.txt", "--mail-type=NONE", "--mail-user=ada@example.org",
        ],
    )
    client = Client(cluster)
    cluster.scale(n_workers)
    while client.status == "running" and len(client.scheduler_info()["workers"]) < n_workers:
        time.sleep(waiting_time)
    return cluster, client

def difference_of_gaussians(block):
    block = block.astype("float32")
    return gaussian_filter(block, 1, truncate=3) - gaussian_filter(block, 2, truncate=3)

cluster, client = get_cluster()
assert "--mail-user=ada@example.org" in cluster.job_script()
folder = os.getcwd()
image = da.random.randint(0, 1000, (64, 64, 64), chunks=(32, 64, 64)).astype("uint16")
image.to_zarr(f"{folder}/image.zarr")
edges = da.from_zarr(f"{folder}/image.zarr").map_overlap(
    difference_of_gaussians, depth=6, boundary="reflect", dtype="float32")
edges.to_zarr(f"{folder}/edges.zarr")
here = difference_of_gaussians(np.asarray(da.from_zarr(f"{folder}/image.zarr")))
there = np.asarray(da.from_zarr(f"{folder}/edges.zarr"))
assert np.allclose(here[8:-8], there[8:-8], atol=1e-2)
client.close()
cluster.close()
"""

ARRAY = '''
import dask.array as da
from dask.distributed import Client
from dask_jobqueue import SLURMCluster

with SLURMCluster(account="ocean", cores=1, memory="400 MB") as cluster, Client(cluster) as client:
    cluster.scale(cores=2)
    assert len(cluster.plan) == 2
    cluster.scale(memory="800 MB")
    assert len(cluster.plan) == 2
    array = da.random.random((2_000, 2_000), chunks=(500, 500))
    assert abs(array.mean().compute() - 0.5) < 0.01
'''  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(IMAGES, id="images"),
        pytest.param(FUTURES, id="futures", marks=pytest.mark.nightly),
        pytest.param(ARRAY, id="array", marks=pytest.mark.nightly),
    ],
)
def test_it_runs(code: str, slurm: SlurmClient, shared: Path, tmp_path: Path) -> None:
    assert code.count(THEIRS) == 1
    done = subprocess.run(
        [sys.executable, "-c", code.replace(THEIRS, OURS)], cwd=tmp_path, capture_output=True, text=True,
        timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert Registry(shared).ids() == []
    # Other tests have jobs in this Slurm; these begin where the program was started.
    assert str(tmp_path) not in slurm.queue("%Z")
