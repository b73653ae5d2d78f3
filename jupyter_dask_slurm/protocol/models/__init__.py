"""What crosses a boundary: controller, Jupyter server, disk and browser speak in these.

Every model is a frozen dataclass with ``to_json`` and ``from_json``; ``contract/*.json`` holds a
golden sample of each, read by pytest and by jest. Numbers carry their unit in the name; times are
text, ISO 8601 in UTC with seconds, for example ``2026-11-20T21:00:00Z``. ``from_json`` ignores
fields that it does not know, so that an older reader understands a newer record.

Standard library only: these modules also run inside the kernel's environment.
"""

from __future__ import annotations

from .base import Model, Time, WrongShapeError, epoch_time, iso_time
from .cluster import (
    CONTROLLER_FAILED,
    CONTROLLER_LOST,
    OVER,
    Backend,
    Cluster,
    ClusterEvent,
    ClusterStatus,
    ControllerInfo,
    Ended,
    EnvironmentInfo,
    ErrorInfo,
    Job,
    JobCounts,
    JobPhase,
    Placement,
    Scaling,
    TaskCounts,
    TaskFailure,
    Waiting,
    Worker,
    WorkerCounts,
    WorkerStatus,
    dashboard_path_of,
)
from .hint import Hint, Usage
from .history import HistoryEntry, HistoryEvent
from .launch import Ceiling, Credentials, Endpoint, LaunchSpec, Record
from .looking import LogTail, Progress, Snippet, SnippetKind
from .problem import Problem, Severity
from .site import (
    Account,
    Association,
    Kernel,
    Level,
    Limits,
    NetworkInterface,
    Partition,
    Qos,
    Reservation,
    Rules,
    Site,
    SlurmInfo,
)

__all__ = [
    "CONTROLLER_FAILED",
    "CONTROLLER_LOST",
    "OVER",
    "Account",
    "Association",
    "Backend",
    "Ceiling",
    "Cluster",
    "ClusterEvent",
    "ClusterStatus",
    "ControllerInfo",
    "Credentials",
    "Ended",
    "Endpoint",
    "EnvironmentInfo",
    "ErrorInfo",
    "Hint",
    "HistoryEntry",
    "HistoryEvent",
    "Job",
    "JobCounts",
    "JobPhase",
    "Kernel",
    "LaunchSpec",
    "Level",
    "Limits",
    "LogTail",
    "Model",
    "NetworkInterface",
    "Partition",
    "Placement",
    "Problem",
    "Progress",
    "Qos",
    "Record",
    "Reservation",
    "Rules",
    "Scaling",
    "Severity",
    "Site",
    "SlurmInfo",
    "Snippet",
    "SnippetKind",
    "TaskCounts",
    "TaskFailure",
    "Time",
    "Usage",
    "Waiting",
    "Worker",
    "WorkerCounts",
    "WorkerStatus",
    "WrongShapeError",
    "dashboard_path_of",
    "epoch_time",
    "iso_time",
]
