"""What is told in answers and events, and so written down for other languages."""

from __future__ import annotations

from jupyter_dask_slurm.preview.answer import Preview
from jupyter_dask_slurm.preview.variants import Variant
from jupyter_dask_slurm.profiles.profile import Profile
from jupyter_dask_slurm.protocol.errors import ErrorBody
from jupyter_dask_slurm.protocol.models import (
    Cluster,
    ClusterEvent,
    HistoryEntry,
    Job,
    LogTail,
    Model,
    Progress,
    Site,
    Snippet,
)
from jupyter_dask_slurm.site.interface_check.service import CheckState

# What JupyterLab needs the code for when it starts, which is to stay small.
AT_START: tuple[type[Model], ...] = (ErrorBody, Cluster, ClusterEvent)
FOR_BROWSERS: tuple[type[Model], ...] = (
    *AT_START, Job, Progress, HistoryEntry, LogTail, Snippet, Site, Profile, Preview, Variant,
)  # fmt: skip
ALL: tuple[type[Model], ...] = (*FOR_BROWSERS, CheckState)
