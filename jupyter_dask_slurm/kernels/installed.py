"""What is installed for a Python, read from its files: nothing is run, so a list of kernels runs nothing.

Files tell less than the Python itself. Where they may be wrong (code in a ``.pth`` file, a
``sitecustomize``), what they do not hold may be there all the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..protocol.errors import StorageUnavailable
from ..system.files import read_foreign
from ..system.places import is_there
from .environment import DISTRIBUTIONS

_VERSIONED = re.compile(r"python(3)\.(\d+)")
_DISTRIBUTION = re.compile(r"([A-Za-z0-9._]+?)-([0-9][^-]*)(?:-py[0-9.]+)?\.(?:dist|egg)-info")
# They make no distribution known that no folder describes.
_HARMLESS_CODE = (
    "distutils-precedence",
    "_virtualenv",
    "__editable__",
    "matplotlib",
    "protobuf",
)


@dataclass(frozen=True)
class Installed:
    """What stands in the folders of a Python.

    Parameters
    ----------
    folder : Path
        Where its packages are installed.
    certain : bool
        Whether what was not found is not there.
    """

    version: tuple[int, ...]
    folder: Path
    versions: Mapping[str, str]
    certain: bool


def installed(argv: Sequence[str], environ: Mapping[str, str]) -> Installed | None:
    """Return what a Python would find; None where its files do not tell. Reads the disk.

    Parameters
    ----------
    argv : sequence of str
        The absolute path of an interpreter, and its options.
    environ : mapping
        All its variables.
    """
    if "PYTHONHOME" in environ:
        return None
    with suppress(OSError, RuntimeError, StorageUnavailable, ValueError):
        return _read(Path(argv[0]), " ".join(argv[1:]), environ)
    return None


def _read(python: Path, options: str, environ: Mapping[str, str]) -> Installed | None:
    virtual = _virtual(python)
    prefix = virtual[0] if virtual else python.resolve().parents[1]
    own = _site_packages(prefix, python)
    if own is None:
        return None
    version, folder = own
    isolated = re.search(r"(?:^| )-\w*I", options) is not None
    folders = [folder]
    if not virtual or virtual[1]:
        if not (isolated or re.search(r"(?:^| )-\w*s", options) or "PYTHONNOUSERSITE" in environ):
            base = Path(environ.get("PYTHONUSERBASE") or Path.home() / ".local")
            folders.append(base / "lib" / f"python{version[0]}.{version[1]}" / "site-packages")
        folders += _of_the_system(python, version)
    certain = _follow_paths(folders)
    if not (isolated or re.search(r"(?:^| )-\w*E", options)):
        folders += [Path(part) for part in environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    custom = ("sitecustomize.py", "usercustomize.py")
    certain = certain and not any(is_there(place / name) for place in folders for name in custom)
    return Installed(version, folder, _distributions(folders), certain)


def _virtual(python: Path) -> tuple[Path, bool] | None:
    """Return the folder of a virtual environment, and whether it has the system's packages too."""
    for folder in (python.parent, python.parent.parent):
        with suppress(FileNotFoundError):
            text = read_foreign(folder / "pyvenv.cfg").decode("utf-8", "replace")
            return folder, re.search(r"(?im)^include-system-site-packages\s*=\s*true\s*$", text) is not None
    return None


def _site_packages(prefix: Path, python: Path) -> tuple[tuple[int, ...], Path] | None:
    named = _VERSIONED.fullmatch(python.resolve().name)
    found = []
    for folder in (prefix / "lib").glob("python3.*"):
        version = _VERSIONED.fullmatch(folder.name)
        if version and (not named or version.groups() == named.groups()):
            found.append((tuple(map(int, version.groups())), folder / "site-packages"))
    if len(found) != 1:
        return None
    version_found, folder = found[0]
    # Debian's own Python has another name for it.
    debian = prefix / "lib" / "python3" / "dist-packages"
    return version_found, folder if folder.is_dir() else debian


def _of_the_system(python: Path, version: tuple[int, ...]) -> list[Path]:
    base = python.resolve().parents[1]
    name = f"python{version[0]}.{version[1]}"
    return [
        base / "lib" / name / "site-packages",
        base / "lib" / "python3" / "dist-packages",
        base / "local" / "lib" / name / "dist-packages",
    ]


def _follow_paths(folders: list[Path]) -> bool:
    """Add the folders that ``.pth`` files name (site(1)); return whether that is all they do."""
    certain = True
    for folder in list(folders):
        for path in sorted(folder.glob("*.pth")):
            for line in read_foreign(path).decode("utf-8", "replace").splitlines():
                if line.startswith(("import ", "import\t")):
                    certain = certain and path.name.startswith(_HARMLESS_CODE)
                elif line.strip() and not line.startswith("#"):
                    folders.append(folder / line.strip())
    return certain


def _distributions(folders: Sequence[Path]) -> dict[str, str]:
    """Return the versions of what we need, by the names of the folders in which installers describe them."""
    found: dict[str, str] = {}
    for name, version in (one for folder in folders for one in _described(folder)):
        if name in DISTRIBUTIONS:
            found.setdefault(name, version)
    return found


def _described(folder: Path) -> Iterator[tuple[str, str]]:
    with suppress(OSError):
        for entry in sorted(os.listdir(folder)):
            described = _DISTRIBUTION.fullmatch(entry)
            if described:
                yield re.sub(r"[-_.]+", "-", described[1]).lower(), described[2]
