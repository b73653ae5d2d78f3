"""The built wheel, in an empty environment without Node.js."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.labs.wheel import build_wheel

_PROJECT = Path(__file__).parents[1]
_CHECK = """
import importlib.metadata, json, sys
from jupyter_server.serverapp import ServerApp

app = ServerApp()
app.initialize(argv=["--ServerApp.port=0", "--allow-root"], new_httpserver=False)
extension = app.extension_manager.extensions["jupyter_dask_slurm"]
print(json.dumps({
    "enabled": extension.enabled,
    "loaded": sorted(app.extension_manager.linked_extensions),
    "jupyterlab": "jupyterlab" in sys.modules,
    "version": importlib.metadata.version("jupyter_dask_slurm"),
}))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel() -> Iterator[Path]:
    """Build it."""
    with tempfile.TemporaryDirectory(prefix="dask-slurm-build-") as folder:
        yield build_wheel(Path(folder))


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Iterator[Path]:
    """Install the wheel with what it depends on into an empty environment; return its folder."""
    with tempfile.TemporaryDirectory(prefix="dask-slurm-wheel-") as folder:
        venv.create(folder)
        pip = [sys.executable, "-m", "pip", "--python", f"{folder}/bin/python"]
        install = ["install", "--quiet", "--no-compile", str(wheel)]
        subprocess.run([*pip, *install], env=_without_node(Path(folder)), check=True)
        yield Path(folder)


def test_brings_a_prebuilt_labextension(environment: Path) -> None:
    folder = environment / "share/jupyter/labextensions/jupyter-dask-slurm"
    package = json.loads((folder / "package.json").read_text())
    assert (folder / package["jupyterlab"]["_build"]["load"]).is_file()
    assert json.loads((folder / "install.json").read_text())["packageName"] == "jupyter_dask_slurm"
    assert list((folder / "schemas").rglob("panel.json"))


def test_takes_the_packages_of_any_jupyterlab_that_it_says_it_works_in() -> None:
    package = json.loads((_PROJECT / "package.json").read_text())
    wanted = {
        name: known for name, known in package["dependencies"].items() if name.startswith("@jupyterlab/")
    }
    # Without these the builder asks for the version that it was built with.
    shared = package["jupyterlab"]["sharedPackages"]
    assert {name: about["requiredVersion"] for name, about in shared.items()} == wanted


def test_enables_the_server_extension(environment: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [environment / "bin/python", "-c", _CHECK],
        env=_without_node(environment),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["enabled"]
    assert "jupyter_dask_slurm" in said["loaded"]
    assert said["version"] == json.loads((_PROJECT / "package.json").read_text())["version"]


def test_holds_no_tests_and_no_sources_of_the_frontend(environment: Path) -> None:
    (package,) = environment.glob("lib/python*/site-packages/jupyter_dask_slurm")
    assert not list(package.rglob("*.ts*"))
    assert not (package.parent / "tests").exists()
    assert (package / "py.typed").is_file(), "who imports it can check types (PEP 561)"


def _without_node(environment: Path) -> dict[str, str]:
    """Return a PATH with the environment and nothing in which Node.js could be."""
    return os.environ | {"PATH": str(environment / "bin")}
