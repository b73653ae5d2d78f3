"""What the job of a controller asks for, where nobody has said it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.launch.controller_job import wants


def draft(options: dict[str, Any], most_s: int | None) -> Any:
    """Return a draft that nobody has rendered yet, on a site with one partition."""
    partition = SimpleNamespace(name="normal", default=True, allowed=True, max_walltime_s=most_s)
    site = SimpleNamespace(partitions=[partition])
    return SimpleNamespace(
        rendering=None,
        spec=SimpleNamespace(options=options, defaults={}),
        surroundings=SimpleNamespace(site=site),
    )


@pytest.mark.parametrize(
    ("walltime", "most_s", "becomes"),
    [
        (None, None, "08:00:00"),
        (None, 7200, "02:00:00"),
        ("00:30:00", None, "08:00:00"),
        ("2-0", None, "2-00:00:00"),
        ("2-0", 86_400, "1-00:00:00"),
        ("UNLIMITED", 86_400, "1-00:00:00"),
        ("UNLIMITED", None, "UNLIMITED"),
    ],
)
def test_its_walltime_is_as_long_as_that_of_a_job(
    walltime: str | None, most_s: int | None, becomes: str
) -> None:
    options = {} if walltime is None else {"walltime": walltime}
    assert wants(draft(options, most_s))["walltime"] == becomes
