"""What the controller sets in Dask's configuration, as Dask reads it."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import dask
import pytest
from dask.utils import parse_timedelta

from jupyter_dask_slurm.controller.backend.scheduler import LOOP_TICK_S, configure_dask


@pytest.fixture
def configured() -> Iterator[None]:
    before = copy.deepcopy(dask.config.config)
    configure_dask()
    yield
    dask.config.config.clear()
    dask.config.config.update(before)


@pytest.mark.usefixtures("configured")
def test_the_loop_is_looked_at_some_times_a_second() -> None:
    # As `distributed.core.Server` does: a thousand times a second is a sixteenth of a core.
    assert parse_timedelta(dask.config.get("distributed.admin.tick.interval"), default="ms") == LOOP_TICK_S
