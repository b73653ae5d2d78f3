"""Clusters that start with Jupyter: those of the profiles that the administrator names."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..kernels.dask_files import mention
from ..protocol.errors import DaskSlurmError, NameTaken
from ..protocol.models import Cluster

if TYPE_CHECKING:
    from .manager import ClusterManager

log = logging.getLogger(__name__)

# So long one that another Jupyter server is just making may take until it is listed.
MAKING_LIMIT_S = 15.0
_LOOK_S = 0.2


def wants_initial(environ: Mapping[str, str]) -> bool:
    """Return whether Dask's configuration may name clusters of dask-labextension; blocks on the disk."""
    return mention("initial", "labextension", environ)


async def start_profiles(manager: ClusterManager, names: Sequence[str]) -> list[Cluster]:
    """Start a cluster of each profile, unless one lives already: Jupyter may have been restarted.

    What cannot be started is logged; Jupyter and the other profiles go on.
    """
    started = []
    for name in names:
        if any(cluster.profile == name and _lives(cluster) for cluster in manager.list()):
            continue
        try:
            cluster = await _start(manager, name)
            started += [cluster] if cluster else []
        except DaskSlurmError as error:
            log.warning('The profile "%s" could not be started with Jupyter: %s', name, error.message)
    return started


async def _start(manager: ClusterManager, profile: str) -> Cluster | None:
    # Here and not above: pydantic is not loaded before the first request.
    from ..options.requests import ClusterRequest, parse

    until = time.monotonic() + MAKING_LIMIT_S
    while True:
        try:
            return await manager.start(parse(ClusterRequest, {"name": profile, "profile": profile}))
        except NameTaken:
            await manager.look()
        having = [cluster for cluster in manager.list() if cluster.name == profile]
        if any(cluster.profile == profile and _lives(cluster) for cluster in having):
            return None  # another Jupyter server was started at the same time
        if having or time.monotonic() > until:  # by one that has ended and is still shown
            return await manager.start(parse(ClusterRequest, {"profile": profile}))
        await asyncio.sleep(_LOOK_S)


def _lives(cluster: Cluster) -> bool:
    return cluster.status in ("starting", "running")
