"""The oldest versions that `pyproject.toml` allows, and the newest that there are: with each the story."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter
from tests.jupyter.websockets import bokeh_answers

_PROJECT = Path(__file__).parents[1]
_COMPUTE = "\nprint(client.submit(sum, range(10)).result())\nclient.close()\n"
PAGE = "individual-task-stream"
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]


def _uv(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "uv", "--no-python-downloads", "--quiet", *words],
        cwd=_PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _interpreter(version: str) -> str | None:
    """Return a Python of this machine, or None."""
    if version == OWN:
        return sys.executable
    # pyenv's own command of that name starts none unless told which.
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    places = [str(path) for path in sorted(kept.glob(f"{version}.*/bin/python{version}"))]
    return next(iter([*places, *_of_uv(version), *filter(None, [shutil.which(f"python{version}")])]), None)


def _of_uv(version: str) -> list[str]:
    """Return the Python that ``scripts/nightly`` has had uv install, where it could."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "python", "find", "--managed-python", "--no-python-downloads", version],
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [done.stdout.strip()] if done.returncode == 0 else []


def environment(folder: Path, python: str, resolution: str) -> str:
    """Make an environment with what this project needs; return its Python.

    Parameters
    ----------
    resolution : str
        ``lowest-direct`` takes the lowest version of each dependency that has a wheel for this Python.
    """
    interpreter = _interpreter(python)
    if interpreter is None:
        pytest.skip(f"there is no Python {python} here")
    wanted, there = folder / "versions.txt", str(folder / "environment" / "bin" / "python")
    _uv("pip", "compile", "pyproject.toml", "--resolution", resolution,
        "--only-binary", ":all:", "--python-version", python, "--output-file", str(wanted))  # fmt: skip
    _uv("venv", "--python", interpreter, str(folder / "environment"))
    _uv("pip", "install", "--python", there, "--requirements", str(wanted), "ipykernel")
    # New Jupyter servers ask for the version of each extension.
    _uv("pip", "install", "--python", there, "--no-deps", "--editable", ".")
    return there


# One of a matrix is meant, or those of a night.
_CHOSEN = (os.environ.get("TEST_PYTHON"), os.environ.get("TEST_RESOLUTION", "highest"))
_OF_A_NIGHT = [("3.10", "lowest-direct"), (OWN, "lowest-direct"), ("3.10", "highest"), ("3.13", "highest")]


@pytest.mark.parametrize(("python", "resolution"), [_CHOSEN] if _CHOSEN[0] else _OF_A_NIGHT)
def test_the_story_with_versions(
    python: str, resolution: str, tmp_path: Path, no_controller_is_left: None
) -> None:
    there = environment(tmp_path, python, resolution)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    server = Jupyter(tmp_path, python=there, port=port)
    try:
        _tell(server, there, tmp_path)
    finally:
        server.end(signal.SIGTERM)
    said = (tmp_path / "jupyter.log").read_text()
    assert not re.search(r"Traceback|Deprecat", said), said


def _tell(server: Jupyter, python: str, folder: Path) -> None:
    """Start a cluster, compute on it from another process, look at its dashboard, stop it."""
    site = server.call("GET", "site").json()
    assert [kernel["usable"] for kernel in site["kernels"] if kernel["name"] == "python3"] == [True]
    body = {"backend": "local", "options": SMALL}
    assert server.call("POST", "preview", body).json()["errors"] == []
    cluster = server.call("POST", "clusters", body).json()
    server.until(cluster["id"], working(1), timeout=120)
    code = server.call("GET", f"clusters/{cluster['id']}/snippet?kind=portable").json()["code"]
    done = subprocess.run(
        [python, "-c", code + _COMPUTE], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout == "45\n", done.stderr
    base = f"dask-slurm/clusters/{cluster['id']}/dashboard/"
    pages = [server.call("GET", page, below=base) for page in (PAGE, "static/js/bokeh.min.js")]
    assert [(page.status_code, bool(page.content)) for page in pages] == [(200, True)] * 2, pages[0].text
    assert bokeh_answers(f"{server.address.removesuffix('dask-slurm/api')}{base}{PAGE}", pages[0].text)
    assert server.call("DELETE", f"clusters/{cluster['id']}").status_code == 202
    server.until_gone(cluster["id"])
