"""What a Jupyter server has in memory: never Dask, and what is heavy only when it is needed."""

from __future__ import annotations

from collections.abc import Callable

from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until

DASK = {"bokeh", "dask", "dask_jobqueue", "distributed"}


def _packages(server: Jupyter) -> set[str]:
    return {name.partition(".")[0] for name in server.modules()}


def test_no_dask_whatever_is_asked(jupyter: Callable[[], Jupyter]) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    server.until(cluster["id"], working(1))
    path = f"clusters/{cluster['id']}"
    assert "Individual" in server.call("GET", "individual-plots.json", below=cluster["dashboard_path"]).text
    assert server.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 0}}).ok
    for question in ("site", "schema", "profiles", "examples", f"{path}/jobs", f"{path}/snippet?kind=yaml"):
        assert server.call("GET", question).ok, question
    assert server.call("DELETE", path).status_code == 202
    wait_until(lambda: server.clusters() == [], "the list is empty", timeout=60)
    loaded = _packages(server)
    assert {"jupyter_dask_slurm", "pydantic", "cryptography"} <= loaded
    assert not DASK & loaded
