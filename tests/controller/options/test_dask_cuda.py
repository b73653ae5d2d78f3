"""The real dask-cuda, in jobs of a real Slurm; only the driver and its library are stood in for.

Where there is no GPU: dask-cuda asks NVIDIA's library (``pynvml``) how large one is, and has the driver
(``cuda.core``) make a context on it. All else is its own: the command line, how many workers, their names.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from jupyter_dask_slurm.slurm.script.gpu_workers import NOT_OF_CUDA
from tests.clusters.test_exported_code import command_of
from tests.controller.conftest import Launch

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(400)]

_LIBRARY = """
class NVMLError(Exception): pass
class NVMLError_NotSupported(NVMLError): pass
class _Memory: total = 16 * 2**30
def nvmlInit(): pass
def nvmlDeviceGetCount(): return 2
def nvmlDeviceGetHandleByIndex(index): return index
def nvmlDeviceGetMemoryInfo(handle): return _Memory
def nvmlDeviceGetUUID(handle): return f"GPU-{handle}"
def nvmlDeviceGetCpuAffinity(handle, size): raise NVMLError
def nvmlDeviceGetMigMode(handle): raise NVMLError
"""
_DRIVER = """
class Device:
    def set_current(self): pass
"""
OPTIONS = {"cores": 2, "memory": "1 GB", "walltime": "00:20:00", "partition": "gpu"}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a ``PYTHONPATH`` with dask-cuda, beside the Dask of these tests, and what stands in."""
    folder = tmp_path_factory.mktemp("dask-cuda")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, "dask-cuda"], check=True, timeout=300)
    (folder / "pynvml.py").write_text(_LIBRARY)
    (folder / "cuda" / "core").mkdir(parents=True)
    (folder / "cuda" / "__init__.py").touch()
    (folder / "cuda" / "core" / "__init__.py").write_text(_DRIVER)
    return str(folder)


@pytest.fixture
def environment(packages: str, tmp_path: Path) -> dict[str, str]:
    """Return the variables of a controller that finds dask-cuda, and no GPU of this machine."""
    (tmp_path / "configuration").mkdir()
    return {
        "PYTHONPATH": packages,
        "DASK_CONFIG": str(tmp_path / "configuration"),
        "DASK_DISTRIBUTED__DIAGNOSTICS__NVML": "False",
    }


def _flags(module: str, packages: str) -> set[str]:
    """Return the arguments that a worker command knows."""
    said = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        env={**os.environ, "PYTHONPATH": packages}, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    # As click lists them: a switch has two names.
    heads = re.findall(r"^  (-.*?)(?:  |$)", said.stdout, re.MULTILINE)
    return {flag for head in heads for flag in re.findall(r"--[a-z-]+[a-z]", head)}


def _where(dask_worker: Any) -> tuple[str, int, int, str | None, float, float]:
    """Return what a worker is told (called in it)."""
    state = dask_worker.state
    return (
        os.environ["CUDA_VISIBLE_DEVICES"], state.nthreads, dask_worker.memory_manager.memory_limit,
        os.environ.get("DASK_DISTRIBUTED__WORKER__LIFETIME__DURATION"), state.total_resources["GPU"],
        float(dask_worker.lifetime),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gpus", "switch", "section"),
    [
        (2, {"gpu_workers": "one_per_gpu"}, {}),
        # What users have in their configuration today, as this package once advised it.
        (2, {}, {"worker-command": "dask_cuda.cli", "processes": 1}),
        (1, {"gpu_workers": "one_per_gpu"}, {}),
    ],
)
@pytest.mark.usefixtures("slurm")
def test_jobs_work(
    launch: Launch, environment: dict[str, str], gpus: int, switch: dict[str, Any], section: dict[str, Any]
) -> None:
    configuration = Path(environment["DASK_CONFIG"]) / "a.json"
    configuration.write_text(json.dumps({"jobqueue": {"slurm": section}}))
    controller = launch("slurm", options={**OPTIONS, "gpus": gpus, **switch}, environment=environment)
    cluster = controller.working(jobs=1, timeout=120)
    assert cluster.workers is not None
    assert (cluster.workers.connected, cluster.workers.expected, cluster.gpus) == (gpus, gpus, gpus)
    (job,) = controller.jobs
    first = f"{controller.spec.cluster_id}-0"
    names = [first] if gpus == 1 else [f"{first}-{index}" for index in range(gpus)]
    assert [worker.name for worker in job.workers] == names
    with controller.client() as client:
        told = list(client.run(_where).values())
    assert len({devices.partition(",")[0] for devices, *_more in told}) == gpus
    each = 1_000_000_000 // gpus
    for _devices, threads, memory, lifetime, resource, own in told:
        assert (threads, lifetime, resource, own) == (2 // gpus, "1140s", 1.0, 1140.0)
        assert abs(memory - each) < each / 50

    # Each argument that was sent is one that the command has.
    script = next((controller.directory / "scripts").glob("*.sh")).read_text()
    sent = set(re.findall(r" (--[a-z-]+)", command_of(script)))
    assert {"--tls-cert", "--resources", "--death-timeout", "--no-dashboard"} <= sent
    assert sent <= _flags("dask_cuda.cli", environment["PYTHONPATH"])


@pytest.mark.usefixtures("slurm")
def test_jobs_of_two_nodes_have_a_worker_for_each_gpu_of_both(
    launch: Launch, environment: dict[str, str]
) -> None:
    options = {**OPTIONS, "gpus": 2, "gpu_workers": "one_per_gpu", "nodes_per_job": 2}
    controller = launch("slurm", options=options, environment=environment)
    cluster = controller.working(jobs=1, timeout=120)
    assert cluster.workers is not None
    assert (cluster.workers.connected, cluster.workers.expected, cluster.gpus) == (4, 4, 4)
    (job,) = controller.jobs
    assert (job.gpus, len(job.nodes)) == (4, 2)
    first = f"{controller.spec.cluster_id}-0"
    assert [worker.name for worker in job.workers] == [f"{first}-{n}-{i}" for n in (0, 1) for i in (0, 1)]
    assert {worker.status for worker in job.workers} == {"running"}


def test_what_its_command_does_not_know(packages: str) -> None:
    ours = _flags("distributed.cli.dask_worker", packages)
    missing = ours - _flags("dask_cuda.cli", packages) - {"--version"}
    # `ours` may have less where this Dask is older.
    assert missing == NOT_OF_CUDA & ours
    assert Version(version("distributed")) < Version("2026.7") or ours >= NOT_OF_CUDA
