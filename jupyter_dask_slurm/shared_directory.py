"""Where clusters stand on disk; the same answer in the Jupyter server, in kernels and on the command line."""

from __future__ import annotations

import os
from pathlib import Path

SHARED_VARIABLE = "DASK_SLURM_SHARED_DIRECTORY"


def default_shared_directory() -> Path:
    """Return where clusters stand: below Jupyter's data directory, unless the environment says otherwise."""
    set_by_server = os.environ.get(SHARED_VARIABLE)
    if set_by_server:
        return Path(set_by_server)
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "dask-slurm"
