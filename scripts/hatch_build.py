"""Builds the prebuilt JupyterLab extension into the wheel and the sdist, where it is not there yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_INSTALLED = "share/jupyter/labextensions/jupyter-dask-slurm"


class LabextensionBuildHook(BuildHookInterface[Any]):
    """Runs ``jlpm`` (from jupyter-builder, a build requirement), so that installing a wheel needs no Node.js.

    An editable install leaves the extension out: ``scripts/setup`` builds it, and links to it.
    An sdist has the built extension inside, and no Node.js is needed to make a wheel of it.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the extension where it is not part of an sdist, and add it to the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        built = root / "jupyter_dask_slurm" / "labextension"
        from_sdist = (root / "PKG-INFO").exists() and (built / "package.json").exists()
        if not from_sdist:
            shutil.rmtree(built, ignore_errors=True)
            if not (root / "node_modules").exists():
                subprocess.run(["jlpm", "install", "--immutable"], cwd=root, check=True)
            subprocess.run(["jlpm", "build:prod"], cwd=root, check=True)
        if self.target_name == "wheel":
            build_data["shared_data"][str(built)] = _INSTALLED
            build_data["shared_data"][str(root / "install.json")] = f"{_INSTALLED}/install.json"
