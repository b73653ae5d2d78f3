"""What the job of a controller asks for, where nobody has said it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_dask_slurm.launch.controller_job import controller_job, wants
from jupyter_dask_slurm.protocol.directory import ClusterDirectory


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


@pytest.mark.parametrize(("walltime", "before_s"), [("08:00:00", 120), ("2", 30), ("UNLIMITED", 120)])
def test_it_is_told_before_its_walltime_and_not_as_soon_as_it_begins(walltime: str, before_s: int) -> None:
    found = draft({"controller_walltime": walltime}, None)
    found.spec.cluster_id, found.spec.on_disk = "ocean-3f9c", ClusterDirectory(Path("/a"))
    found.environment = SimpleNamespace(argv=["python"])
    assert controller_job(found).options["signal"] == f"B:TERM@{before_s}"
