"""What renders scripts reads Dask's configuration, whatever stands there: it is ended, and that is said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from jupyter_dask_slurm.kernels import render_client
from jupyter_dask_slurm.kernels.environment import Environment
from jupyter_dask_slurm.kernels.render_client import RenderClient
from jupyter_dask_slurm.protocol.errors import EnvironmentUnusable


async def test_a_pipe_in_dasks_configuration_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_client, "ANSWER_LIMIT_S", 2.0)
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path))
    os.mkfifo(tmp_path / "jobqueue.yaml")
    client = RenderClient()
    try:
        with pytest.raises(EnvironmentUnusable, match=f"see what stands in .*{tmp_path}"):
            await client.configuration(Environment(None, (sys.executable,)))
    finally:
        await client.close()
