"""The archive that job scripts run: `controller.worker_start` and what it needs."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from importlib.util import find_spec

_PACKAGE = __name__.partition(".")[0]
_MODULES = (
    "",
    ".system",
    ".system.trust",
    ".system.own_directory",
    ".system.python_path",
    ".controller",
    ".controller.worker_start",
)
_MAIN = f"""
import sys
from {_PACKAGE}.controller.worker_start import main

if __name__ == "__main__":
    sys.exit(main())
"""


@cache
def worker_archive() -> bytes:
    """Return the archive; it is made of the code that runs here, which may stand in an archive itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
        for module in _MODULES:
            name = _PACKAGE + module
            spec = find_spec(name)
            if spec is None or spec.loader is None:
                raise ImportError(f"{name} is missing")
            is_package = spec.submodule_search_locations is not None
            path = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
            archive.writestr(zipfile.ZipInfo(path), spec.loader.get_source(name))  # type: ignore[attr-defined]
    return buffer.getvalue()
