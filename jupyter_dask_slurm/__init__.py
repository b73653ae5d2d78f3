"""Dask on a Slurm cluster from JupyterLab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .connection import connect
    from .deploy.cluster_object import SLURMCluster

    __version__: str

__all__ = ["SLURMCluster", "__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Find what is asked for when it first is: importing this package must cost next to nothing."""
    if name == "connect":
        from .connection import connect

        return connect
    if name == "SLURMCluster":
        from .deploy.cluster_object import SLURMCluster

        return SLURMCluster
    if name == "__version__":
        from .system.installed_version import installed_version

        return installed_version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-dask-slurm"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import DaskSlurmExtension

    return [{"module": "jupyter_dask_slurm", "app": DaskSlurmExtension}]
