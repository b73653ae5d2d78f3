"""What stands at a path that a user has named; a path that cannot be looked at is not there.

`pathlib` raises `PermissionError` in these questions until Python 3.13: a wrong path would become a
fault of ours.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: Path | str) -> bool:
    """Return whether anything is there, as far as this user can see."""
    return os.path.exists(path)  # noqa: PTH110


def is_folder(path: Path | str) -> bool:
    """Return whether a directory is there, as far as this user can see."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path | str) -> bool:
    """Return whether a file is there, as far as this user can see."""
    return os.path.isfile(path)  # noqa: PTH113
