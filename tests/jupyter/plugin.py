"""A Jupyter server with the extension, and real controllers that end with the test."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.system.processes import is_alive, start_time
from tests.jupyter.api import Api
from tests.jupyter.server import Jupyter
from tests.slurm.client import wait_until

SMALL: dict[str, Any] = {"cores": 1, "processes": 1, "memory": "500 MB"}


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


def end_controllers(shared: Path) -> None:
    """End the controllers of this test and wait for their end."""
    for pid in controllers(shared):
        _end(pid)


def controllers(shared: Path) -> list[int]:
    """Return the controllers of this test, also those that have written no record of theirs yet."""
    folder = os.fsencode(shared / "clusters")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                # Workers on this machine have that folder in their command lines too, for their certificate.
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if any(word.startswith(folder) and word.endswith(b"/controller.pyz") for word in words):
                    found.append(int(entry.name))
    return found


def _end(pid: int) -> None:
    started = start_time(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)  # a test that failed may have left it frozen
    try:
        wait_until(lambda: not is_alive(pid, started), f"controller {pid} ends", timeout=60)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def api(
    jp_fetch: Callable[..., Awaitable[Any]], no_controller_is_left: None, monkeypatch: pytest.MonkeyPatch
) -> Api:
    """Return the contract of the server under test."""
    # pytest-jupyter puts all our packages on every Python's path; other environments must not see them.
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return Api(jp_fetch)


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
