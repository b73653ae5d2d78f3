"""Controllers for tests: real processes, on the local backend or on the run's Slurm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controller.process import ControllerProcess, new_directory

Launch = Callable[..., ControllerProcess]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Start controllers; all have ended when the test has."""
    started: list[ControllerProcess] = []

    def start(backend: str, **arguments: object) -> ControllerProcess:
        started.append(ControllerProcess(new_directory(tmp_path), backend, **arguments))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for controller in started:
        controller.close()
