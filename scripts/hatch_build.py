"""Builds the prebuilt JupyterLab extension into the wheel and the sdist, where it is not there yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabextensionBuildHook(BuildHookInterface[Any]):
    """Runs ``jlpm`` (from jupyter-builder, a build requirement), so that installing a wheel needs no Node.js.

    An editable install takes what there is: ``scripts/setup`` builds and links the extension itself.
    An sdist has the built extension inside, and no Node.js is needed to make a wheel of it.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension, unless this is an editable install or it comes with the sdist."""
        root = Path(self.root)
        built = root / "jupyter_dask_slurm" / "labextension"
        if version == "editable":
            built.mkdir(exist_ok=True)
            return
        if (root / "PKG-INFO").exists() and (built / "package.json").exists():
            return
        shutil.rmtree(built, ignore_errors=True)
        for command in (["jlpm", "install", "--immutable"], ["jlpm", "build:prod"]):
            subprocess.run(command, cwd=root, check=True)
