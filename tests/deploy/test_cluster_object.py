"""`SLURMCluster` in a notebook: one of our clusters, used as dask-jobqueue's is."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from distributed.core import Status

from jupyter_dask_slurm import SLURMCluster, connect
from jupyter_dask_slurm.protocol.errors import ClusterNotFound, DaskSlurmError
from jupyter_dask_slurm.registry import Registry
from tests.slurm.client import SlurmClient, wait_until

SMALL: dict[str, Any] = {"cores": 1, "memory": "400 MB", "queue": "normal", "interface": "lo"}
LOCAL: dict[str, Any] = {"cores": 1, "memory": "400 MB", "backend": "local"}


def listed() -> dict[str, str]:
    """Return what another process knows: the status of each cluster by its name."""
    command = [sys.executable, "-m", "jupyter_dask_slurm.cli", "list", "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {cluster["name"]: cluster["status"] for cluster in found}


def test_the_life_of_a_cluster_on_slurm(slurm: SlurmClient, shared: Path) -> None:
    with SLURMCluster(n_workers=1, **SMALL) as cluster, Client(cluster) as client:
        assert cluster.scheduler_address.startswith("tls://")
        assert listed() == {cluster.name: "running"}
        assert client.submit(sum, [1, 2]).result() == 3
        # Whatever is shown names the dashboard where Jupyter serves it.
        assert cluster.dashboard_link.endswith(f"/{cluster.cluster_id}/dashboard/status")
        assert cluster.dashboard_link in cluster._repr_html_()
        assert client.dashboard_link == cluster.dashboard_link

        cluster.scale(jobs=2)
        client.wait_for_workers(2)
        assert cluster.plan == cluster.requested == cluster.observed
        assert len(cluster.scheduler_info["workers"]) == len(slurm.jobs_of(cluster.cluster_id)) == 2

        script = cluster.job_script()
        assert "#SBATCH -p normal" in script
        assert cluster.scheduler_address in script
        assert f"#SBATCH -J {cluster.job_name}" in cluster.job_header
        logs = cluster.get_logs()
        assert "all workers are connected" in logs["Cluster"]
        assert set(logs) == {"Cluster", "Scheduler", *cluster.scheduler_info["workers"]}

        cluster.adapt(minimum_jobs=0, maximum_jobs=1)
        wait_until(lambda: len(slurm.jobs_of(cluster.cluster_id)) <= 1, "one job is given back")
        cluster_id = cluster.cluster_id
    assert cluster.status == Status.closed
    assert slurm.jobs_of(cluster_id) == {}
    assert list((shared / "clusters").iterdir()) == []


async def test_async(shared: Path) -> None:
    async with SLURMCluster(asynchronous=True, **LOCAL) as cluster:
        await cluster.scale(1)
        async with Client(cluster, asynchronous=True) as client:
            await client.wait_for_workers(1)
            assert await client.submit(sum, [1, 2]) == 3
        assert len(cluster.plan) == 1
    assert cluster.status == Status.closed
    assert Registry(shared).ids() == []


def test_one_with_a_name_is_for_whoever_knows_it(capsys: pytest.CaptureFixture[str]) -> None:
    # By whomever it was made, in the same Python.
    words = ["create", "--name", "ocean", "--backend", "local", "--cores", "1", "--memory", "400 MB"]
    subprocess.run([sys.executable, "-m", "jupyter_dask_slurm.cli", *words], check=True, capture_output=True)
    first = SLURMCluster(name="ocean", **LOCAL)
    # The cell is run again, with less in it and otherwise spelt.
    again = SLURMCluster(n_workers=1, name="ocean", backend="local", memory="400MB")
    assert again == first
    said = capsys.readouterr().out
    assert said.count("runs already, with the options asked for, and is taken again") == 2
    del again
    gc.collect()  # that is not the end of a cluster that has a name
    other = SLURMCluster.from_name("ocean")
    with connect("ocean") as client:
        client.wait_for_workers(1)
    other.wait_for_workers(1)

    # The cell is changed, and run again.
    with pytest.warns(UserWarning, match=r"runs with other options \(memory\): it is stopped") as warned:
        replaced = SLURMCluster(name="ocean", **{**LOCAL, "memory": "500 MB"})
    assert warned[0].filename == __file__
    wait_until(lambda: first.status == other.status == Status.closed, "the others know that it has ended")
    assert 'The cluster "ocean" has ended' in capsys.readouterr().out
    with pytest.raises(DaskSlurmError, match="The cluster is closed"):
        first.scale(2)
    assert listed() == {"ocean": "running"}
    assert SLURMCluster.from_name(replaced.cluster_id) == replaced != first
    replaced.close()
    with pytest.raises(ClusterNotFound, match="There are: none"):
        SLURMCluster.from_name("ocean")


def test_one_without_a_name_ends_with_its_variable(shared: Path) -> None:
    cluster = SLURMCluster(**LOCAL)
    assert listed() == {cluster.name: "running"}
    del cluster
    wait_until(lambda: Registry(shared).ids() == [], "nothing is left of it", timeout=60)


@pytest.mark.parametrize(("closes", "left"), [("False", {"ocean"}), ("True", set())])
def test_it_outlives_the_kernel_unless_told_otherwise(closes: str, left: set[str], shared: Path) -> None:
    code = (
        "from jupyter_dask_slurm import SLURMCluster; "
        f"cluster = SLURMCluster(name='ocean', close_on_exit={closes}, **{LOCAL!r})"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    wait_until(lambda: {name for name, status in listed().items() if status == "running"} == left, "so it is")


def test_one_without_a_name_ends_when_no_kernel_has_it_and_nothing_is_there(shared: Path) -> None:
    code = (
        "import os, sys; from jupyter_dask_slurm import SLURMCluster\n"
        f"cluster = SLURMCluster(idle_timeout=6, **{LOCAL!r})\n"
        "print(cluster.cluster_id, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as kernel:
        assert kernel.stdout is not None
        cluster_id = kernel.stdout.readline().strip()
        kernel.kill()
    registry = Registry(shared)
    wait_until(lambda: registry.read(cluster_id).cluster.ended is not None, "it has ended", timeout=60)
    ended = registry.read(cluster_id).cluster.ended
    assert ended is not None
    assert ended.reason.startswith("Without a job, and held by no notebook, for 6 s.")


def test_two_objects_of_one_cluster_both_hear_of_its_workers() -> None:
    with SLURMCluster(**LOCAL) as first:
        second = SLURMCluster.from_name(first.cluster_id)
        first.scale(1)
        for cluster in (first, second):
            wait_until(lambda cluster=cluster: len(cluster.observed) == 1, "it hears of the worker")  # type: ignore[misc]


def test_what_is_missing_is_said() -> None:
    code = (
        "import sys; sys.modules['pydantic'] = None\n"
        "from jupyter_dask_slurm import SLURMCluster, connect\n"
        "try: SLURMCluster()\nexcept ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pydantic is missing" in done.stdout
    assert f"{sys.executable} -m pip install jupyter-dask-slurm" in done.stdout


def test_dashboard_and_host_are_options_of_the_scheduler() -> None:
    for keyword in ("dashboard_address", "host"):
        with pytest.raises(ValueError, match=f"pass '{keyword}' through 'scheduler_options'"):
            SLURMCluster(**{keyword: "x"})  # type: ignore[arg-type]
