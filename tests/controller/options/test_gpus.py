"""GPUs: asked of Slurm, seen by the workers of the job alone, and announced to Dask."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import pytest

from jupyter_dask_slurm.controller.options.keywords import jobqueue_keywords
from jupyter_dask_slurm.options.schema import OPTION_NAMES
from tests.controller.conftest import Launch
from tests.controller.process import SMALL
from tests.slurm import SlurmClient


def _device() -> tuple[str | None, str | None]:
    return os.environ.get("SLURMD_NODENAME"), os.environ.get("CUDA_VISIBLE_DEVICES")


def test_each_job_has_its_own(slurm: SlurmClient, launch: Launch) -> None:
    options = {**SMALL, "cores": 1, "processes": 1, "partition": "gpu", "gpus": 1}
    controller = launch("slurm", options=options, scaling={"mode": "manual", "jobs": 2})
    cluster = controller.working(jobs=2)
    assert cluster.gpus == 2
    with controller.client() as client:
        devices = client.run(_device).values()
        assert all(device and device.isdigit() for _node, device in devices)
        assert len(set(devices)) == 2
        asked = client.submit(_device, resources={"GPU": 1})
        assert asked.result(timeout=60) in set(devices)


@pytest.mark.parametrize(
    ("changes", "directive", "resources"),
    [
        ({"gpus": 2}, "--gres=gpu:2", ["GPU=2"]),
        ({"gpus": 2, "processes": 4}, "--gres=gpu:2", ["GPU=0.5"]),
        ({"gpus": 1, "gres": "disk:10"}, "--gres=gpu:1,disk:10", ["GPU=1"]),
        ({"gres": "gpu:a100:2"}, "--gres=gpu:a100:2", ["GPU=2"]),
        ({"gpus": 4, "worker_command": "dask_cuda.cli"}, "--gres=gpu:4", ["GPU=1"]),
        ({"gpus": 1, "worker_extra_args": ["--resources", "GPU=7"]}, "--gres=gpu:1", ["GPU=7"]),
        ({"gres": "disk:10"}, "--gres=disk:10", []),
    ],
)
def test_what_is_asked_and_announced(changes: dict[str, Any], directive: str, resources: list[str]) -> None:
    options = {**dict.fromkeys(OPTION_NAMES), "cores": 4, "processes": 1, **changes}
    keywords = jobqueue_keywords(options, "ocean-3f9c")
    assert keywords["job_extra_directives"] == [directive]
    arguments = keywords["worker_extra_args"]
    assert [value for name, value in pairwise(arguments) if name == "--resources"] == resources
