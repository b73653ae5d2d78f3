"""The version of this program, whether it was installed with all that clusters need or without."""

from __future__ import annotations


def installed_version() -> str:
    """Return it, for example ``1.0.0``; ``0+unknown`` of sources that are not installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to load

    try:
        return version("jupyter_dask_slurm_core")
    except PackageNotFoundError:
        return "0+unknown"
