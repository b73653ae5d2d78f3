"""What readers of sizes and times would strip must not reach the job script."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.options.requests import ClusterRequest, parse
from jupyter_dask_slurm.protocol.errors import InvalidRequest


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("walltime", "\n90"),
        ("walltime", "90\n"),
        ("walltime", "01:00:00\u2028"),
        ("memory", "16\nGB"),
        ("memory", "16 GB\n"),
        ("memory", " 16 GB"),
        ("log_directory", "/tmp/a\u2028b"),
        ("python", "/tmp/a\x85b"),
    ],
)
def test_line_breaks_are_refused_wherever_they_stand(option: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(ClusterRequest, {"options": {option: value}})
    assert refused.value.field == f"options.{option}"
