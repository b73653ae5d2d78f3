"""The wheel, built from a copy of the sources: the build replaces the extension that is in use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def build_wheel(folder: Path) -> Path:
    """Build sdist and wheel into a folder; return the wheel."""
    source = folder / "source"
    _copy_sources(source)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, str(source)],
        env=os.environ | {"PATH": path},
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def _copy_sources(target: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():  # git also lists what has just been removed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
    (target / "node_modules").symlink_to(PROJECT / "node_modules")
