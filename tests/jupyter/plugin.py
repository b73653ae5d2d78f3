"""A Jupyter server with the extension, and real controllers that end with the test."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.launch import process
from jupyter_dask_slurm.preview import preview
from jupyter_dask_slurm.system import beside_loop
from tests.controller.preloaded import PRELOADED
from tests.jupyter.api import Api
from tests.jupyter.controllers import end_controllers
from tests.jupyter.quick_starts import install
from tests.jupyter.server import Jupyter


@pytest.fixture
def jp_server_config(shared: Path) -> dict[str, Any]:
    """Enable the extension, and nothing else."""
    return {
        "DaskSlurmExtension": {"shared_directory": str(shared)},
        "ServerApp": {
            "jpserver_extensions": {"jupyter_dask_slurm": True},
            "reraise_server_extension_failures": True,
        },
    }


@pytest.fixture
def shared(isolation: None) -> Path:
    """Return where clusters stand on disk."""
    return Path(os.environ["JUPYTER_DATA_DIR"]) / "dask-slurm"


@pytest.fixture(autouse=True)
def no_controller_is_left(isolation: None, shared: Path) -> Iterator[None]:
    """End what the test has left running."""
    yield
    end_controllers(shared)


@pytest.fixture
def api(
    jp_fetch: Callable[..., Awaitable[Any]], no_controller_is_left: None, monkeypatch: pytest.MonkeyPatch
) -> Api:
    """Return the contract of the server under test."""
    # pytest-jupyter puts all our packages on every Python's path; other environments must not see them.
    monkeypatch.delenv("PYTHONPATH", raising=False)
    # On a machine that is busy, too, a preview has its script at once.
    monkeypatch.setattr(preview, "LOOK_S", 60.0)
    return Api(jp_fetch)


@pytest.fixture
def quick_starts(isolation: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what Jupyter servers start forked where that will do (see `tests.jupyter.quick_starts`)."""
    for module in (process, beside_loop):
        monkeypatch.setattr(module, "subprocess", subprocess)
    # Servers in processes of their own find it there.
    for name, value in PRELOADED.environment.items():
        monkeypatch.setenv(name, value)
    install()


@pytest.fixture
def jupyter(tmp_path: Path, no_controller_is_left: None) -> Iterator[Callable[..., Jupyter]]:
    """Start Jupyter servers; all have ended when the test has."""
    started: list[Jupyter] = []

    def start(wrapper: Sequence[str] = ()) -> Jupyter:
        started.append(Jupyter(tmp_path, wrapper))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)
