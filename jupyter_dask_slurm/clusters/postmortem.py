"""What is said of a cluster whose controller has ended, or may have. Reads its log; changes nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..protocol.errors import StorageUnavailable
from ..protocol.models import (
    CONTROLLER_FAILED,
    CONTROLLER_LOST,
    Cluster,
    ErrorInfo,
    JobCounts,
    Record,
    TaskCounts,
    WorkerCounts,
    iso_time,
)
from ..protocol.models.problem import CONTROLLER_SILENT, of_the_past
from ..registry import booted_since
from ..system.logs import tail


def as_ended(cluster: Cluster) -> Cluster:
    """Return an ended cluster: nobody answers, nothing runs, and nothing of it will happen."""
    return dataclasses.replace(
        cluster,
        controller=dataclasses.replace(cluster.controller, reachable=False, channel=None),
        jobs=JobCounts(),
        waiting=None,
        workers=WorkerCounts(),
        threads=0,
        gpus=0,
        memory_bytes=0,
        memory_used_bytes=0,
        cpu_percent=0.0,
        tasks=TaskCounts(),
        scheduler_address=None,
        idle_since=None,
        closes_at=None,
        expires_at=None,
        problems=of_the_past(cluster.problems),
    )


def as_silent(cluster: Cluster, record: Record, limit_s: float) -> Cluster:
    """Return a cluster of another host whose controller has not been heard of for `limit_s` seconds.

    It may live on, cut off from the shared directory: so nothing is ended by this.
    """
    host = record.hostname
    problem = CONTROLLER_SILENT.problem(
        f"The controller of this cluster, on {host}, has written nothing for {limit_s / 60:.0f} minutes, the "
        f"last time at {record.heartbeat_at} by its clock. It was killed, or {host} is down or cut off from "
        "the shared directory. What is shown here may be out of date.",
        f"If it goes on, this disappears by itself. If not, look at it from a Jupyter on {host}, or stop the "
        "cluster: its jobs are then cancelled from here.",
        since=iso_time(),
    )
    return dataclasses.replace(cluster, problems=(problem, *cluster.problems))


def postmortem(record: Record, exit_code: int | None, known: str | None = None) -> dict[str, Any]:
    """Return the fields that say how a controller ended that left no word.

    Parameters
    ----------
    known : str, optional
        Why it ended, as the rest of a sentence, where somebody else has told.
    """
    last_words = last_words_of(record)
    code = (
        ""
        if exit_code is None
        else f" with exit code {exit_code}"
        if exit_code >= 0
        else f" by signal {-exit_code}"
    )
    if record.pid is None:
        error = ErrorInfo(f"The controller could not start: it ended{code}.", CONTROLLER_FAILED, last_words)
        return {"status": "failed", "error": error, "updated_at": iso_time()}
    if known is not None:
        why = known
    elif booted_since(record):
        why = f"{record.hostname} was started anew"
    else:
        why = f"its controller ended{code} without stopping it"
    error = ErrorInfo(f"The cluster is lost: {why}.", CONTROLLER_LOST, last_words)
    return {"status": "lost", "error": error, "updated_at": iso_time()}


def last_words_of(record: Record) -> str | None:
    """Return the end of a controller's log; None where there is none, or the disk does not give it."""
    try:
        return tail(record.on_disk.controller_log, 40).text or None
    except StorageUnavailable:
        return None
