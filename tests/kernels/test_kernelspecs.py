"""Kernels of every shape: what is found of one is what it says itself when Jupyter starts it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from jupyter_dask_slurm.kernels.environment import Environment
from jupyter_dask_slurm.kernels.environments import Environments
from jupyter_dask_slurm.protocol.errors import EnvironmentUnusable
from tests.kernels.kernelspecs import CONTAINERS, REASONS, REFUSED, USABLE, Place, runs
from tests.slurm.client import wait_until

# Of these each way that a kernel is looked at has one; the others run at night.
_DAILY = {"installed", "variables", "nb-conda-kernels", "provisioner", "no-exec"}
_TELL = (
    "__import__('json').dumps([__import__('sys').executable, __import__('importlib.metadata', fromlist=['x'])"
    ".version('distributed'), __import__('sysconfig').get_path('purelib'),"
    " open('/proc/self/environ').read()])"
)
# What one process has and the next one has not, and what is Jupyter's alone; and which Slurm is spoken to.
_PASSING = ("JPY_", "JUPYTER", "SLURM_", "_=", "SHLVL=", "PWD=", "OLDPWD=")


async def _reported(specs: KernelSpecManager, name: str, folder: Path) -> list[Any]:
    """Start a kernel as Jupyter does and return what it tells."""
    manager = AsyncKernelManager(kernel_name=name, kernel_spec_manager=specs)
    await manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        reply = await client.execute(
            "pass", silent=True, user_expressions={"x": _TELL}, reply=True, timeout=60
        )
        said = eval(reply["content"]["user_expressions"]["x"]["data"]["text/plain"])
        return _comparable(json.loads(said))
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


def _run(environment: Environment) -> list[Any]:
    """Start an environment's Python as a controller is started and return what it tells."""
    done = subprocess.run(
        [*environment.argv, "-c", f"print({_TELL})"], env=environment.variables(os.environ),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return _comparable(json.loads(done.stdout.splitlines()[-1]))


def _comparable(said: list[Any]) -> list[Any]:
    variables = {pair for pair in said.pop().split("\0") if pair and not pair.startswith(_PASSING)}
    return [*said, variables]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in _DAILY else pytest.mark.nightly) for name in USABLE]
)
async def test_what_is_found_is_what_a_started_kernel_says(
    specs: KernelSpecManager, name: str, tmp_path: Path
) -> None:
    known = Environments(specs, tmp_path)
    found = await known.find(name, None, backend="slurm")
    reported = await _reported(specs, name, tmp_path)
    assert [found.python, found.versions["distributed"], found.packages] == reported[:3]
    assert _run(found) == reported
    # From now on a list knows, too.
    (listed,) = [kernel for kernel in await known.kernels() if kernel.name == name]
    assert (listed.usable, listed.looked_at, listed.python) == (True, True, found.python)


async def test_what_cannot_be_used_says_its_true_reason(
    specs: KernelSpecManager, place: Place, tmp_path: Path
) -> None:
    known = Environments(specs, tmp_path)
    for name, words in REASONS.items():
        with pytest.raises(EnvironmentUnusable) as refused:
            await known.find(name, None, backend="slurm")
        assert place.fill(words) in refused.value.message, name
        assert refused.value.message.startswith(f'The kernel "{name}" ')
    assert REASONS.keys() == REFUSED.keys()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
@pytest.mark.parametrize("name", CONTAINERS)
async def test_a_python_in_a_container_is_not_taken_for_one_of_this_machine(
    specs: KernelSpecManager, name: str, tmp_path: Path
) -> None:
    known = Environments(specs, tmp_path)
    with pytest.raises(EnvironmentUnusable, match="runs in a container, and its Python"):
        await known.find(name, None, backend="slurm")
    # Where it has our files, a cluster of this machine runs in it.
    found = await known.find(name, None, backend="local")
    assert found.argv[0] == name
    assert found.versions


async def test_a_list_of_kernels_runs_nothing_of_theirs(
    place: Place, specs: KernelSpecManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "was-run"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {marker}\n")
    trap.chmod(0o755)
    for number, before in enumerate([[str(trap)], ["env", str(trap)], ["bash", "-c", str(trap)]]):
        place.install(
            f"trap{number}", {"argv": [*before, "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
        )
    # A Python itself runs what stands here, whoever starts it.
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(f"open({str(marker)!r}, 'w')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hook"))
    kernels = {kernel.name: kernel for kernel in await Environments(specs, tmp_path).kernels()}
    assert not marker.exists()
    assert [kernels[f"trap{number}"].looked_at for number in range(3)] == [False] * 3
    assert {*USABLE, "trap0"} <= kernels.keys()


async def test_a_list_of_kernels_reads_what_files_tell(specs: KernelSpecManager, place: Place) -> None:
    kernels = {kernel.name: kernel for kernel in await Environments(specs).kernels()}
    installed, bare = kernels["installed"], kernels["no-dask"]
    assert (installed.usable, installed.looked_at, installed.python) == (True, True, place.fill("@python@"))
    assert installed.distributed is not None
    assert not bare.usable
    assert (bare.problem or "").startswith("has no distributed and no dask-jobqueue: install it there by ")
    assert (kernels["r"].language, kernels["r"].problem) == ("r", "is an R kernel")
    assert kernels["gone"].problem is not None
    assert kernels["conda-run"].usable
    assert not kernels["conda-run"].looked_at


async def test_nothing_that_a_kernel_has_started_is_left(specs: KernelSpecManager, tmp_path: Path) -> None:
    await Environments(specs, tmp_path).find("no-exec", None, backend="slurm")
    wait_until(lambda: not runs("sleep 9876"), "what the kernel started is gone")
