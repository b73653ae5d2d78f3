"""Which phase a job is in, by what Slurm says and who is connected."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.state.jobs import End, TrackedJob
from jupyter_dask_slurm.controller.state.phases import phase_of
from tests.controller.sample_job import BOTH, job


@pytest.mark.parametrize(
    ("tracked", "connected", "phase"),
    [
        (job(None), (), "queued"),
        (job("PENDING"), (), "queued"),
        (job("CONFIGURING"), (), "queued"),
        (job("RUNNING"), (), "starting"),
        (job("A_STATE_OF_THE_FUTURE"), (), "starting"),
        (job("RUNNING"), BOTH[:1], "starting"),
        (job("PENDING"), BOTH, "working"),
        (job("RUNNING"), BOTH, "working"),
        (job("RUNNING", connected_at=60.0), BOTH[:1], "missing"),
        (job("RUNNING", connected_at=60.0), (), "missing"),
        (job("PENDING", connected_at=60.0), (), "queued"),
        (job("SUSPENDED"), (), "queued"),
        (job("SUSPENDED", silent_since=70.0), BOTH, "queued"),
        (job("SUSPENDED", connected_at=60.0, lost_at=70.0), BOTH[:1], "queued"),
        # It was resumed: its workers are heard of.
        (job("SUSPENDED", connected_at=60.0), BOTH, "working"),
        (job("SUSPENDED", silent_since=70.0, cancelling=True), BOTH, "leaving"),
        (job("RUNNING", silent_since=70.0), BOTH, "working"),
        (job("RUNNING", end=End("TIMEOUT", 90.0)), BOTH, "ended"),
        (job("RUNNING", connected_at=60.0, cancelling=True), (), "leaving"),
        (job("RUNNING", connected_at=60.0, retiring=True), BOTH[:1], "leaving"),
        (job("PENDING", cancelling=True), (), "leaving"),
        (job("COMPLETING", connected_at=60.0, cancelling=True), (), "leaving"),
        (job("RUNNING", cancelling=True, end=End("CANCELLED", 90.0)), (), "ended"),
    ],
)
def test_phase(tracked: TrackedJob, connected: tuple[str, ...], phase: str) -> None:
    assert phase_of(tracked, connected) == phase
