"""The wheel, built from a copy of the sources: the build replaces the extension that is in use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


# By this `scripts/hatch_build.py` knows an sdist.
_PKG_INFO = "Metadata-Version: 2.4\nName: jupyter_dask_slurm\nVersion: {version}\n"


def build_wheel(folder: Path, *, as_of_sdist: bool = False) -> Path:
    """Build the wheel into a folder, and the sdist first; return the wheel.

    Parameters
    ----------
    as_of_sdist : bool
        With the extension that ``scripts/setup`` has built, and without Node.js.
    """
    source = folder / "source"
    _copy_sources(source)
    words, path = [], f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    if as_of_sdist:
        built = "jupyter_dask_slurm/labextension"
        shutil.copytree(PROJECT / built, source / built)
        version = json.loads((source / "package.json").read_text())["version"]
        (source / "PKG-INFO").write_text(_PKG_INFO.format(version=version))
        words, path = ["--wheel"], str(Path(sys.executable).parent)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *words, "--outdir", folder, str(source)],
        env=os.environ | {"PATH": path},
        check=True,
    )
    (built_wheel,) = folder.glob("*.whl")
    return built_wheel


def _copy_sources(target: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():  # git also lists what has just been removed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
    (target / "node_modules").symlink_to(PROJECT / "node_modules")
