"""What starts clusters, in a kernel: as in a Jupyter server, without one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..protocol.models import Cluster
    from ..services import Services


async def open_parts(changed: Callable[[str, Cluster | None], None]) -> Services:
    """Return the services of this user, open, by the configuration that a Jupyter server has.

    Raises
    ------
    ImportError
        Where this environment has not what starts clusters, with what to install.
    """
    try:
        from ..cli.jupyter_config import LazyKernelSpecs, load_settings

        services = load_settings().make_services(LazyKernelSpecs(), Path.cwd(), changed)
        await services.warm_up()
        try:
            await services.open()
        except BaseException:
            await services.close()
            raise
    except ModuleNotFoundError as error:
        raise ImportError(
            "SLURMCluster starts clusters from this kernel, and needs all of jupyter-dask-slurm in its "
            f"environment: {error.name} is missing. Install it by "
            f"{sys.executable} -m pip install jupyter-dask-slurm. "
            'connect("name"), for a cluster that the panel has started, needs nothing of that.',
            name=error.name,
        ) from error
    return services
