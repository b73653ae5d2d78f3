"""Clusters that start with Jupyter: those of the profiles that the administrator names."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DaskSlurmError, NameTaken
from .models import Cluster

if TYPE_CHECKING:
    from .manager import ClusterManager

log = logging.getLogger(__name__)


_INITIAL = re.compile(r"^\s*[\"']?initial[\"']?\s*:", re.MULTILINE)


def wants_initial(environ: Mapping[str, str]) -> bool:
    """Return whether a file of Dask's configuration may name clusters of dask-labextension to start.

    Looks at text in the places where dask does (`dask.config.paths`); dask itself then tells which. Blocks on
    the disk.
    """
    if any(name.startswith("DASK_LABEXTENSION") for name in environ):
        return True
    places = [Path("/etc/dask"), Path(sys.prefix, "etc", "dask"), Path("~/.config/dask").expanduser()]
    places += [
        Path(environ[name]).expanduser() for name in ("DASK_CONFIG", "DASK_ROOT_CONFIG") if name in environ
    ]
    for place in places:
        for path in sorted(place.iterdir()) if place.is_dir() else [place]:
            with suppress(OSError):
                if path.suffix in (".yaml", ".yml", ".json") and _INITIAL.search(
                    path.read_text(errors="replace")
                ):
                    return True
    return False


async def start_profiles(manager: ClusterManager, names: Sequence[str]) -> list[Cluster]:
    """Start a cluster of each profile, unless one lives already: Jupyter may have been restarted.

    What cannot be started is logged; Jupyter and the other profiles go on.
    """
    started = []
    for name in names:
        if any(cluster.profile == name and _lives(cluster) for cluster in manager.list()):
            continue
        try:
            started.append(await _start(manager, name))
        except DaskSlurmError as error:
            log.warning('The profile "%s" could not be started with Jupyter: %s', name, error.message)
    return started


async def _start(manager: ClusterManager, profile: str) -> Cluster:
    # Here and not above: pydantic is not loaded before the first wish.
    from .requests import ClusterRequest, parse

    try:
        return await manager.start(parse(ClusterRequest, {"name": profile, "profile": profile}))
    except NameTaken:  # by one that has ended and is still shown
        return await manager.start(parse(ClusterRequest, {"profile": profile}))


def _lives(cluster: Cluster) -> bool:
    return cluster.status in ("starting", "running")
