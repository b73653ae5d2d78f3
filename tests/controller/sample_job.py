"""A job of two workers, as Slurm and Dask may know it."""

from __future__ import annotations

from typing import Any

from jupyter_dask_slurm.controller.state.jobs import SlurmView, TrackedJob

BOTH = ("c-0-0", "c-0-1")


def job(state: str | None = "RUNNING", **facts: Any) -> TrackedJob:
    seen = (
        None
        if state is None
        else SlurmView(state, started=None if state == "PENDING" else 50.0, node="n1", cores=4)
    )
    return TrackedJob("c-0", BOTH, asked_at=0.0, job_id="7_0", seen=seen, **facts)
