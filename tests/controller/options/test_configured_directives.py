"""What dask-jobqueue's own configuration may not say here is left out, wherever in a directive it stands."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.slurm.jobqueue.reading import read
from jupyter_dask_slurm.slurm.jobqueue.sources import Source


@pytest.mark.parametrize(
    ("directives", "kept"),
    [
        (["--hint=nomultithread -o /tmp/x", "-C haswell"], ["-C haswell"]),
        (["--job-name=mine"], []),
        ({"--exclusive": None, "--array": "0-9"}, ["--exclusive"]),
        (["--comment='a -o b'"], ["--comment='a -o b'"]),
    ],
)
def test_managed_ones_are_left_out(directives: object, kept: list[str]) -> None:
    found = read({"job-extra-directives": directives}, Source())
    assert found.options.get("job_extra_directives", []) == kept
