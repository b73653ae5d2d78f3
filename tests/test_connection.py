"""`connect` is importable however often, and says which clusters there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_dask_slurm.connection import find
from jupyter_dask_slurm.protocol.errors import ClusterNotFound
from jupyter_dask_slurm.registry import Registry


def test_connect_stays_a_function_when_a_cell_runs_twice() -> None:
    code = "\n".join(["from jupyter_dask_slurm import connect; assert callable(connect)"] * 2)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_name_there_must_be_just_one(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotFound, match="0 clusters run; say which"):
        find(Registry(tmp_path), None)
