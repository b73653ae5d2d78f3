"""The version of this program, whether it was installed with all that clusters need or without."""

from __future__ import annotations

from contextlib import suppress


def installed_version() -> str:
    """Return it, for example ``1.0.0``; ``0+unknown`` of sources that are not installed."""
    from importlib.metadata import PackageNotFoundError, version  # slow to load

    for distribution in ("jupyter_dask_slurm", "jupyter_dask_slurm_core"):
        with suppress(PackageNotFoundError):
            return version(distribution)
    return "0+unknown"
