"""What tests ask the processes of a cluster for; without this package, which they have in part only."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

TRAPS = ("trap", "random", "socket", "psutil", "bokeh", "numpy", "cloudpickle")
"""Names of modules that another user puts where libraries look."""


def imports(name: str) -> bool:
    """Return whether a module can be imported."""
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def look() -> dict[str, Any]:
    """Return how a process stands."""
    return {
        "path": sys.path,
        "folder": os.getcwd(),  # noqa: PTH109
        "temporary": tempfile.gettempdir(),
        "umask": os.umask(0o077),
        "told": [name for name in os.environ if name.startswith("JDS_")],
    }
