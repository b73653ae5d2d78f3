"""What goes to PyPI, built from a copy of the sources: the build replaces the extension that is in use."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
EPOCH = "1700000000"
"""The time that all files of an archive have, so that a second build gives the same bytes."""

# By this `scripts/hatch_build.py` knows an sdist.
_PKG_INFO = "Metadata-Version: 2.4\nName: jupyter_dask_slurm\nVersion: {version}\n"


@dataclass(frozen=True)
class Built:
    """Both distributions in one folder: a wheel of each, and the sdist."""

    folder: Path

    @property
    def wheel(self) -> Path:
        """The wheel that asks for all that computes too."""
        return self._one("jupyter_dask_slurm-*.whl")

    @property
    def lean(self) -> Path:
        """The wheel for an environment that runs no cluster."""
        return self._one("jupyter_dask_slurm_core-*.whl")

    @property
    def source(self) -> Path:
        """The sources, with the frontend built."""
        return self._one("jupyter_dask_slurm-*.tar.gz")

    def _one(self, pattern: str) -> Path:
        (found,) = self.folder.glob(pattern)
        return found


def version() -> str:
    """Return Python's spelling of npm's version: ``1.0.0rc1`` of ``1.0.0-rc.1``."""
    of_npm: str = json.loads((PROJECT / "package.json").read_text())["version"]
    return re.sub(r"-(a|b|rc)[a-z]*\.", r"\1", of_npm)


def build(folder: Path, *, as_of_sdist: bool = False) -> Built:
    """Build an sdist and, of this, wheels into a folder.

    Parameters
    ----------
    as_of_sdist : bool
        With the extension that ``scripts/setup`` has built, and without Node.js.
    """
    source = folder / "source"
    _copy_sources(source)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    if as_of_sdist:
        labextension = "jupyter_dask_slurm/labextension"
        shutil.copytree(PROJECT / labextension, source / labextension)
        (source / "PKG-INFO").write_text(_PKG_INFO.format(version=version()))
        path = str(Path(sys.executable).parent)
    pack(source, folder, path=path)
    built = Built(folder)
    make_lean(built.wheel, folder)
    return built


def pack(source: Path, folder: Path, *words: str, path: str | None = None) -> None:
    """Run `build`, in this environment."""
    _run("-m", "build", "--no-isolation", *words, "--outdir", str(folder), str(source), path=path)


def make_lean(wheel: Path, folder: Path) -> None:
    """Make the second distribution of the first one's wheel."""
    _run(str(PROJECT / "scripts" / "lean_wheel"), str(wheel), str(folder))


def _run(*words: str, path: str | None = None) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH} | ({} if path is None else {"PATH": path})
    subprocess.run([sys.executable, *words], env=environment, check=True)


def _copy_sources(target: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():  # git also lists what has just been removed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
    (target / "node_modules").symlink_to(PROJECT / "node_modules")
