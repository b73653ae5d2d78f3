"""The controller's code in one zip archive, which a Python runs as it is.

Only `FOLDERS` go along, which import nothing of the others: the kernel's environment need not have this
package installed.
"""

from __future__ import annotations

import importlib.util
import io
import marshal
import zipfile
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
FOLDERS = ("protocol", "system", "slurm", "controller")
# Guarded: Dask's nannies start Pythons that import the main module again.
_MAIN = """
import sys
from jupyter_dask_slurm.controller.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
"""
# Of PEP 552: checked by a hash, and the hash need not be checked.
_UNCHECKED_HASH = (0b01).to_bytes(4, "little")


@cache
def controller_archive() -> bytes:
    """Return the archive that a Python runs as a controller; the same bytes for the same sources.

    Beside each module stands its bytecode. A Python of Jupyter's own version starts by it in less time;
    another one takes no notice of it and compiles the source (`zipimport`).
    """
    paths = [_PACKAGE / "__init__.py"]
    for folder in FOLDERS:
        paths += sorted((_PACKAGE / folder).rglob("*.py"))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py"), _MAIN)
        for path in paths:
            name = str(Path(_PACKAGE.name) / path.relative_to(_PACKAGE))
            source = path.read_bytes()
            archive.writestr(zipfile.ZipInfo(name), source)
            archive.writestr(zipfile.ZipInfo(f"{name}c"), _bytecode(path, source))
    return buffer.getvalue()


def _bytecode(path: Path, source: bytes) -> bytes:
    """Return a ``.pyc`` that is taken as it stands; what is compiled already is not compiled again."""
    code = SourceFileLoader(path.stem, str(path)).get_code(path.stem)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
    return head + marshal.dumps(code)
