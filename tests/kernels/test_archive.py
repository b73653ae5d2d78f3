"""The archive that a kernel's Python runs: by its bytecode where that fits, else by its sources."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from jupyter_dask_slurm.kernels.archive import FOLDERS, controller_archive

_IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
import jupyter_dask_slurm.controller.__main__
ours = [module for name, module in sys.modules.items() if name.startswith("jupyter_dask_slurm")]
assert all(module.__file__.startswith(sys.argv[1]) for module in ours)
print(*{module.__file__.rpartition(".")[2] for module in ours})
"""


def _endings(archive: Path, folder: Path) -> list[str]:
    """Import the controller from the archive; return the endings of the files that were used."""
    command = [sys.executable, "-c", _IMPORT, str(archive)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_own_python_takes_the_bytecode(tmp_path: Path) -> None:
    archive = tmp_path / "controller.pyz"
    archive.write_bytes(controller_archive())
    assert _endings(archive, tmp_path) == ["pyc"]


def test_another_python_takes_the_source(tmp_path: Path) -> None:
    archive = tmp_path / "controller.pyz"
    with zipfile.ZipFile(io.BytesIO(controller_archive())) as ours, zipfile.ZipFile(archive, "w") as other:
        for name in ours.namelist():
            data = ours.read(name)
            other.writestr(name, b"\0\0\r\n" + data[4:] if name.endswith(".pyc") else data)
    assert _endings(archive, tmp_path) == ["py"]


def test_nothing_else_comes_along() -> None:
    with zipfile.ZipFile(io.BytesIO(controller_archive())) as archive:
        inside = {name.removeprefix("jupyter_dask_slurm/") for name in archive.namelist()} - {"__main__.py"}
    assert {name for name in inside if "/" not in name} == {"__init__.py", "__init__.pyc"}
    assert {name.partition("/")[0] for name in inside if "/" in name} == set(FOLDERS)
