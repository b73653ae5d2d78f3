"""A cluster of the user's, in directories that others can enter as far as its own protection lets them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
    target = start_target(jupyter(), shared)
    for parent in target.directory.parents:
        if parent.stat().st_uid == os.getuid() and parent not in (shared, shared / "clusters"):
            parent.chmod(parent.stat().st_mode | 0o055)
    return target
