"""Controllers for tests: real processes, on the local backend or on the run's Slurm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controller.process import ControllerProcess

Launch = Callable[..., ControllerProcess]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start controllers; all have ended when the test has."""
    started: list[ControllerProcess] = []

    def start(backend: str, **arguments: object) -> ControllerProcess:
        directory = tmp_path / f"cluster-{len(started)}"
        directory.mkdir(mode=0o700)
        started.append(ControllerProcess(directory, backend, **arguments))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for controller in started:
        controller.close()
