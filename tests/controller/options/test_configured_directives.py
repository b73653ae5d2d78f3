"""What dask-jobqueue's own configuration may not say here is left out, wherever in a directive it stands."""

from __future__ import annotations

import pytest

from jupyter_dask_slurm.controller.options.effective import drop_managed


@pytest.mark.parametrize(
    ("directives", "kept"),
    [
        (["--hint=nomultithread -o /tmp/x", "-C haswell"], ["-C haswell"]),
        (["--job-name=mine"], []),
        ({"--exclusive": None, "--array": "0-9"}, ["--exclusive"]),
        (["--comment='a -o b'"], ["--comment='a -o b'"]),
    ],
)
def test_drop_managed(directives: object, kept: list[str]) -> None:
    assert drop_managed(directives) == kept
