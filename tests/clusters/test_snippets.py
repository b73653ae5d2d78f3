"""Snippets run as they are, in an interpreter of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
import yaml

from jupyter_dask_slurm.clusters.snippets import Source, _notebook
from jupyter_dask_slurm.protocol.models import Cluster
from tests.jupyter.api import Api, status, working
from tests.jupyter.controllers import SMALL

pytestmark = pytest.mark.usefixtures("quick_starts")

NO_JOBS = {"mode": "manual", "jobs": 0}
COMPUTE = "\nprint(client.submit(sum, range(10)).result())\nprint(client._repr_html_())\nclient.close()\n"
# What a notebook finds among its own names afterwards.
NAMES = "\nprint([name for name in dir() if not name.startswith('__')])"


async def _run(code: str, shared: Path, tmp_path: Path, *, hub: bool = True) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "error::DeprecationWarning:__main__",
        "-c",
        code,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env={
            **os.environ,
            "DASK_SLURM_SHARED_DIRECTORY": str(shared),
            **({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"} if hub else {}),
        },
    )
    stdout, stderr = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, stderr.decode()
    return stdout.decode()


async def test_connect_and_portable(api: Api, shared: Path, tmp_path: Path) -> None:
    cluster = await api.start(name="ocean", backend="local", options=SMALL)
    await api.until(cluster["id"], working(1))
    path = f"clusters/{cluster['id']}"
    connect = (await api("GET", f"{path}/snippet?kind=connect")).json
    assert (connect["kind"], connect["language"]) == ("connect", "python")
    said = await _run(connect["code"] + COMPUTE, shared, tmp_path)
    assert said.startswith("45\n")
    assert f"/user/ada/dask-slurm/clusters/{cluster['id']}/dashboard/status" in said

    portable = (await api("GET", f"{path}/snippet?kind=portable")).json["code"]
    assert "jupyter_dask_slurm" not in portable
    assert "PRIVATE KEY" not in portable
    said = await _run(portable + COMPUTE, Path("/nowhere"), tmp_path)
    assert said.startswith("45\n")
    assert f"/a%40b/dask-slurm/clusters/{cluster['id']}/dashboard/status" in said

    attach = (await api("GET", f"{path}/snippet?kind=attach")).json["code"]
    said = await _run(attach + NAMES + COMPUTE, Path("/nowhere"), tmp_path)
    assert said.startswith("['client']\n45\n")


async def test_each_client_has_a_link_of_its_own(api: Api, shared: Path, tmp_path: Path) -> None:
    # The browser says where it is: the whole address, which holds outside of JupyterLab too.
    page = {"Referer": "https://hub.example.org/a%40b/lab/tree/x.ipynb", "Sec-Fetch-Site": "same-origin"}
    code, wanted = "import dask\nclients = []\n", []
    for name in ("ocean", "river"):
        cluster = await api.start(name=name, backend="local", options=SMALL, scaling=NO_JOBS)
        await api.until(cluster["id"], status("running"))
        for kind in ("connect", "portable", "attach"):
            path = f"clusters/{cluster['id']}/snippet?kind={kind}"
            code += (await api("GET", path, headers=page)).json["code"] + "\nclients.append(client)\n"
            wanted.append(
                f"https://hub.example.org/a%40b/dask-slurm/clusters/{cluster['id']}/dashboard/status"
            )
    code += """
for client in clients:
    print(client.dashboard_link, client._repr_html_().count(client.dashboard_link))
print(dask.config.get("distributed.dashboard.link"))
"""
    *said, setting = (await _run(code, shared, tmp_path, hub=False)).splitlines()
    # Where it shows itself, and where it shows what it knows of the scheduler.
    assert said == [f"{link} 4" for link in wanted]
    assert setting == "{scheme}://{host}:{port}/status"


async def test_the_same_cluster_elsewhere(api: Api, shared: Path, tmp_path: Path) -> None:
    options = {**SMALL, "environment_variables": {"OMP_NUM_THREADS": "1", "GREETING": "it's $HOME"}}
    cluster = await api.start(backend="local", options=options, scaling={"mode": "manual", "jobs": 0})
    path = f"clusters/{cluster['id']}/snippet"
    code = (await api("GET", f"{path}?kind=slurmcluster")).json["code"]
    compile(code, "snippet", "exec")
    assert "memory='500 MB'" in code
    text = (await api("GET", f"{path}?kind=yaml")).json["code"]
    section = yaml.safe_load(text)["jobqueue"]["slurm"]
    assert (section["cores"], section["job-script-prologue"]) == (
        1,
        ["export OMP_NUM_THREADS=1", "export GREETING='it'\"'\"'s $HOME'"],
    )
    object_of_it, another = [
        (await api("GET", f"{path}?kind={kind}")).json["code"] for kind in ("from_name", "notebook")
    ]
    said = "\nprint(cluster.cluster_id, cluster.options['environment_variables'])\n"
    code = f"{object_of_it}{said}client.close()\n{another}{said}client.close()\ncluster.close()\n"
    one, other = (await _run(code, shared, tmp_path)).splitlines()
    assert one == f"{cluster['id']} {options['environment_variables']}"
    assert other.partition(" ")[2] == one.partition(" ")[2]
    assert other != one
    none_yet = await api("GET", f"{path}?kind=job_script")
    assert (none_yet.status, none_yet.json["reason"]) == (409, "WrongState")


def test_one_allocation_is_not_scaled() -> None:
    text = Path(__file__).parents[2].joinpath("contract/cluster-running.json").read_text()
    cluster = Cluster.from_json(json.loads(text))
    for asked, scales in (({"one_allocation": True, "nodes_per_job": 3}, False), ({"cores": 2}, True)):
        code = _notebook(Source(cluster, None, "/", asked=asked)).code
        compile(code, "snippet", "exec")
        assert ("cluster.scale(" in code or "cluster.adapt(" in code) is scales


@pytest.mark.parametrize("query", ["", "?kind=shell"])
async def test_unknown_kind(api: Api, query: str) -> None:
    cluster = await api.start(backend="local", options=SMALL, scaling={"mode": "manual", "jobs": 0})
    answer = await api("GET", f"clusters/{cluster['id']}/snippet{query}")
    assert (answer.status, answer.json["field"]) == (400, "kind")


async def test_connect_says_what_there_is(tmp_path: Path) -> None:
    code = """
from jupyter_dask_slurm import connect
from jupyter_dask_slurm.protocol.errors import ClusterNotFound
try:
    connect("ocean")
except ClusterNotFound as error:
    print(error)
"""
    assert await _run(code, tmp_path, tmp_path) == 'There is no cluster "ocean". There are: none.\n'
