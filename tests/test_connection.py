"""`connect` is importable however often, and says which clusters there are."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

from jupyter_dask_slurm.connection import PAGE_NOTE, find
from jupyter_dask_slurm.protocol.errors import ClusterNotFound
from jupyter_dask_slurm.registry import Registry


def test_connect_stays_a_function_when_a_cell_runs_twice() -> None:
    code = "\n".join(["from jupyter_dask_slurm import connect; assert callable(connect)"] * 2)
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_name_there_must_be_just_one(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotFound, match="0 clusters run; say which"):
        find(Registry(tmp_path), None)


TELL = "from jupyter_dask_slurm.connection import _tell_page\n_tell_page('ocean-3f9c', 'Client-1')"
BROKEN = "from unittest.mock import Mock\nget_ipython().display_pub.publish = Mock(side_effect=OSError)\n"


@pytest.fixture(scope="module")
def kernel() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (TELL, [{"cluster": "ocean-3f9c", "client": "Client-1"}]),
        # What is captured is shown by whoever captured it, and there is nothing to be shown.
        (f"%%capture kept\n{TELL}", []),
        ("assert not kept.outputs", []),
        (BROKEN + TELL, []),
    ],
)
def test_the_page_hears_of_the_client_of_the_cell_and_nobody_else(
    kernel: BlockingKernelClient, code: str, told: list[dict[str, str]]
) -> None:
    heard: list[dict[str, Any]] = []
    answer = kernel.execute_interactive(code, output_hook=heard.append, timeout=60)
    assert answer["content"]["status"] == "ok", answer["content"]
    shown = [message for message in heard if message["msg_type"] not in ("status", "execute_input")]
    assert [message["msg_type"] for message in shown] == ["update_display_data"] * len(told)
    assert [message["content"]["metadata"][PAGE_NOTE] for message in shown] == told
    assert all(message["content"]["data"] == {} for message in shown)
