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


def test_the_cell_is_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    first = SLURMCluster(name="ocean", **LOCAL)
    former_id = first.cluster_id
    again = SLURMCluster(n_workers=1, name="ocean", **LOCAL)
    assert again.cluster_id == former_id
    assert "runs already, with the same options, and is taken again" in capsys.readouterr().out
    assert len(again.plan) == 1

    with pytest.warns(UserWarning, match="runs with other options: it is stopped") as warned:
        other = SLURMCluster(name="ocean", **{**LOCAL, "memory": "500 MB"})
    assert warned[0].filename == __file__
    assert other.cluster_id != former_id
    wait_until(lambda: first.status == again.status == Status.closed, "the former ones are closed")
    assert listed() == {"ocean": "running"}
    other.close()


def test_whoever_has_its_name_has_it_too() -> None:
    cluster = SLURMCluster(name="ocean", n_workers=1, **LOCAL)
    other = SLURMCluster.from_name("ocean")
    with connect("ocean") as client:
        client.wait_for_workers(1)
    other.wait_for_workers(1)
    del cluster
    gc.collect()  # it has a name, by which others may want it
    other.scale(0)
    wait_until(lambda: other.observed == set(), "its worker is gone")
    other.close()
    with pytest.raises(ClusterNotFound, match="There are: none"):
        SLURMCluster.from_name("ocean")


def test_one_without_a_name_ends_with_its_variable(shared: Path) -> None:
    cluster = SLURMCluster(**LOCAL)
    assert listed() == {cluster.name: "running"}
    del cluster
    wait_until(lambda: Registry(shared).ids() == [], "nothing is left of it", timeout=60)


def test_what_ends_without_the_object_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    cluster = SLURMCluster(name="ocean", **LOCAL)
    subprocess.run([sys.executable, "-m", "jupyter_dask_slurm.cli", "stop", "ocean"], check=True)
    wait_until(lambda: cluster.status == Status.closed, "the object knows")
    assert 'The cluster "ocean" has ended' in capsys.readouterr().out
    with pytest.raises(DaskSlurmError, match="The cluster is closed"):
        cluster.scale(2)
    cluster.close()


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
