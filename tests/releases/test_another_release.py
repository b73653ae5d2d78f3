"""Clusters go on when Jupyter is updated under them, and when it is set back.

Records on disk and running controllers are those of the one release, what looks for them and tells them
what to do is of the other. How a release is kept: CONTRIBUTING.md, "Releasing".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

_KEPT = Path(__file__).parent
_PRESENT = _KEPT.parents[1]
_SMALL = ("--backend", "local", "--cores", "1", "--processes", "1", "--memory", "400 MB")


@pytest.fixture(params=sorted(_KEPT.glob("*.tar.xz")), ids=lambda path: path.name.removesuffix(".tar.xz"))
def former(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return where a former release can be imported from."""
    with tarfile.open(request.param) as archive:
        # An older Python 3.11, as Debian 12 has it, knows no filters; others warn where there is none.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path / "former")
    return tmp_path / "former"


@pytest.mark.usefixtures("no_controller_is_left")
@pytest.mark.parametrize(
    "updated",
    [pytest.param(True, id="updated"), pytest.param(False, id="set back", marks=pytest.mark.nightly)],
)
def test_the_one_goes_on_with_clusters_of_the_other(former: Path, updated: bool) -> None:
    before, after = (former, _PRESENT) if updated else (_PRESENT, former)
    made = _said(before, "create", "--name", "ocean", "--jobs", "1", *_SMALL)
    (listed,) = _said(after, "list")
    assert (listed["id"], listed["status"], listed["problems"]) == (made["id"], "running", [])
    assert listed["options"].items() >= made["options"].items()
    assert _said(after, "scale", "ocean", "2")["scaling"] == {"mode": "manual", "jobs": 2}
    _said(after, "stop", "ocean")
    assert _said(before, "list") == []


def _said(release: Path, *words: str) -> Any:
    """Run one command of a release; return its answer."""
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_dask_slurm.cli", *words, "--json"],
        env=os.environ | {"PYTHONPATH": str(release)},
        cwd=release,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout or "null")
