"""Sizes of memory are read as Dask reads them, by processes that know no Dask."""

from __future__ import annotations

import pytest
from dask.utils import parse_bytes

from jupyter_dask_slurm.protocol.memory_size import parse_memory


@pytest.mark.parametrize(
    "text",
    [
        "16 GB",
        "16GB",
        "16 GiB",
        "15gib",
        "500 MB",
        "1.5 TB",
        "100",
        "0B",
        "7 kB",
        "7 KiB",
        "3G",
        "3Gi",
        ".5 GB",
        "1e3 MB",
        "1.5E+2MB",
        "5e-1 GB",
    ],
)
def test_reads_memory_as_dask_does(text: str) -> None:
    assert parse_memory(text) == parse_bytes(text)


@pytest.mark.parametrize(
    "text", ["", "lots", "GB", "-1 GB", "1 GB GB", "1_000", "inf", "nan", "1e MB", "1e999 B"]
)
def test_refuses_other_memory(text: str) -> None:
    with pytest.raises(ValueError, match="is no memory size"):
        parse_memory(text)
