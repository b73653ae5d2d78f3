"""A kernel with the oldest versions of Dask that work, beside the one of Jupyter: no warning in either."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL

OLDEST = {"dask": "2024.8.0", "distributed": "2024.8.0", "dask-jobqueue": "0.9.0"}
COMPUTE = "\nprint(client.submit(sum, range(10)).result())\nclient.close()\n"

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]


@pytest.fixture
def oldest(tmp_path: Path) -> str:
    """Return the Python of an environment with the oldest versions, and without Bokeh."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "oldest"], check=True)
    python = str(tmp_path / "oldest" / "bin" / "python")
    wanted = [f"{name}=={number}" for name, number in OLDEST.items()]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True, timeout=500)
    return python


async def _compute(python: str, code: str, folder: Path) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        python, "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder
    )
    stdout, stderr = await asyncio.wait_for(process.communicate(), 120)
    return stdout.decode(), stderr.decode()


async def test_two_kernels_of_different_versions(api: Api, oldest: str, tmp_path: Path) -> None:
    found = {}
    for python in (oldest, sys.executable):
        cluster = await api.start(backend="local", options={**SMALL, "python": python})
        running = await api.until(cluster["id"], working(1), timeout=120)
        found[python] = running["environment"]["distributed"]
        assert "versions" not in {problem["code"] for problem in running["problems"]}
        path = f"clusters/{cluster['id']}/snippet?kind=portable"
        code = (await api("GET", path)).json["code"]
        stdout, stderr = await _compute(python, code + COMPUTE, tmp_path)
        assert stdout == "45\n", stderr
        assert "Mismatch" not in stderr
    assert found == {oldest: OLDEST["distributed"], sys.executable: version("distributed")}
