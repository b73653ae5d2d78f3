"""A cluster of the user's, in directories that others can enter as far as its own protection lets them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import isolate
from tests.jupyter.controllers import end_controllers
from tests.jupyter.server import Jupyter
from tests.security.other_user import OtherUser
from tests.security.target import Target, start_target


@pytest.fixture
def other_user() -> Iterator[OtherUser]:
    """Return a process of another user of this machine."""
    with OtherUser() as user:
        yield user


@pytest.fixture
def target(jupyter: Callable[..., Jupyter], shared: Path) -> Target:
    """Return a cluster that works, with nothing but its own modes between it and other users."""
    return with_open_parents(start_target(jupyter(), shared))


@pytest.fixture(scope="module")
def lasting_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """Return such a cluster for all tests of a file that leave it as it is."""
    with pytest.MonkeyPatch.context() as environment:
        isolate(tmp_path_factory.mktemp("user"), environment)
        shared = Path(os.environ["JUPYTER_DATA_DIR"]) / "dask-slurm"
        server = Jupyter(tmp_path_factory.mktemp("server"))
        try:
            yield with_open_parents(start_target(server, shared))
        finally:
            end_controllers(shared)
            server.end(signal.SIGKILL)


def with_open_parents(target: Target) -> Target:
    """Let everybody into the directories above those of the package; returns the target."""
    own = target.shared, target.shared / "clusters"
    for parent in target.directory.parents:
        if parent.stat().st_uid == os.getuid() and parent not in own:
            parent.chmod(parent.stat().st_mode | 0o055)
    return target
