"""A Slurm to break, controllers on it, and Slurm's commands bent as sites and bad days bend them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.controller.process import QUICK, ControllerProcess, new_directory
from tests.faults.bent import BentCommands
from tests.slurm import Options, PrivateSlurm

StartSlurm = Callable[[Options], PrivateSlurm]
Launch = Callable[..., ControllerProcess]


@pytest.fixture
def start_slurm(isolation: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartSlurm]:
    """Start a Slurm of this test's own, which ``SLURM_CONF`` then names."""
    with ExitStack() as running:

        def start(options: Options) -> PrivateSlurm:
            slurm = running.enter_context(PrivateSlurm(options))
            monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
            return slurm

        yield start


@pytest.fixture
def bent(tmp_path: Path) -> BentCommands:
    """Wrappers around Slurm's commands; those that are not bent note their calls and do as always."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return BentCommands(folder)


@pytest.fixture
def launch(start_slurm: StartSlurm, bent: BentCommands, tmp_path: Path) -> Iterator[Launch]:
    """Start controllers on Slurm; all have ended before their Slurm does."""
    started: list[ControllerProcess] = []

    def start(*, jobs: int = 1, **arguments: object) -> ControllerProcess:
        controller = ControllerProcess(
            new_directory(tmp_path),
            "slurm",
            scaling={"mode": "manual", "jobs": jobs},
            environment=bent.environment,
            **{"options": QUICK, **arguments},  # type: ignore[arg-type]
        )
        started.append(controller)
        return controller

    yield start
    for controller in started:
        controller.close()
