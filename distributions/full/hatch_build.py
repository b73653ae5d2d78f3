"""Says of this distribution what the program's own ``pyproject.toml`` says, and that it needs the program."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.metadata.core import ProjectMetadata
from hatchling.metadata.plugin.interface import MetadataHookInterface
from hatchling.plugin.manager import PluginManager

# JupyterLab's list of extensions shows what has it, and shall show one of the two.
_IN_THE_LIST_OF_EXTENSIONS = "Framework :: Jupyter :: JupyterLab :: Extensions :: Prebuilt"


class ProgramMetadataHook(MetadataHookInterface):
    """Reads the program's metadata. An sdist has them already, in its ``PKG-INFO``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in what is dynamic."""
        root = Path(self.root)
        if (root / "PKG-INFO").exists():
            return
        program = ProjectMetadata(str(root.parents[1]), PluginManager())
        os.chdir(program.root)  # its README is looked for from there
        try:
            said = program.core
        finally:
            os.chdir(root)
        metadata |= {
            "authors": said.authors,
            "classifiers": [*said.classifiers, _IN_THE_LIST_OF_EXTENSIONS],
            "dependencies": [f"{program.name}[cluster]=={program.version}"],
            "keywords": said.keywords,
            "license": said.license_expression,
            "readme": {"content-type": said.readme_content_type, "text": said.readme},
            "requires-python": said.requires_python,
            "urls": said.urls,
        }
