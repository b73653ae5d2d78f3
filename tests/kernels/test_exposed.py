"""Places that others can write and that decide what runs as this user are named, with who can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_dask_slurm.kernels.environment import Environment
from jupyter_dask_slurm.kernels.exposed import exposed
from jupyter_dask_slurm.system.places import other_writer
from tests.security.other_user import NOBODY

PACKAGES = ".local/lib/python3.11/site-packages"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Return a kernel's description, its Python, Dask's configuration and a folder of PATH: all well."""
    found = {name: tmp_path / name for name in ("spec", "environment", "dask", "bin", "home", "shared")}
    for folder in (
        *(*found.values(), found["environment"] / "bin"),
        *(found["home"] / name for name in (".config", ".jupyter", PACKAGES)),
    ):
        folder.mkdir(mode=0o755, parents=True)
    for file in ("spec/kernel.json", "environment/bin/python", "dask/jobqueue.yaml", "bin/sbatch"):
        (tmp_path / file).write_text("")
        (tmp_path / file).chmod(0o755)
    return found


def _said(places: dict[str, Path]) -> list[str]:
    python = str(places["environment"] / "bin" / "python")
    environment = Environment("k", (python,), python=python, specification=places["spec"])
    environ = {
        "PATH": f"{places['bin']}:/nowhere",
        "DASK_CONFIG": str(places["dask"]),
        "HOME": str(places["home"]),
    }
    return list(exposed(environment, environ, places["shared"]))


def test_what_is_well_is_not_mentioned(places: dict[str, Path]) -> None:
    assert _said(places) == []


@pytest.mark.parametrize(
    "file", ["spec/kernel.json", "spec", "environment/bin/python", "environment/bin", "dask/jobqueue.yaml",
             "dask", "bin/sbatch", "bin", "home", "home/.config", "home/.jupyter", f"home/{PACKAGES}",
             "shared"],
)  # fmt: skip
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to other groups and users")
def test_each_place_is_named_with_who_can_write_it(places: dict[str, Path], file: str) -> None:
    path = places["spec"].parent / file
    mode = path.stat().st_mode & 0o777
    path.chmod(mode | 0o002)
    (said,) = _said(places)
    assert said.startswith(f"Everybody on this machine can write {path}, ")
    path.chmod(mode | 0o020)
    os.chown(path, 0, NOBODY)
    (said,) = _said(places)
    assert said.startswith("The group ")
    path.chmod(mode)
    os.chown(path, NOBODY, 0)
    (said,) = _said(places)
    assert said.startswith(f"The user nobody can write {path}, ")


def test_a_link_that_others_can_turn_is_found(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open" / "link").symlink_to(tmp_path / "kept")
    found = other_writer(tmp_path / "open" / "link")
    assert found is not None
    assert found.path == tmp_path / "open"
    # In a sticky directory nobody turns what is not his.
    (tmp_path / "open").chmod(0o1777)
    assert other_writer(tmp_path / "open" / "link") is None
    # But makes what is missing there.
    (tmp_path / "open" / "link").unlink()
    found = other_writer(tmp_path / "open" / "link" / "below")
    assert found is not None
    assert (found.path, found.who) == (tmp_path / "open" / "link", "Everybody on this machine")
