"""What goes to PyPI, and the program's wheel in an environment of its own without Node.js.

In each run the wheel is made as of an sdist, with the extension that ``scripts/setup`` has built, and stands
beside the packages that are here. Nights build all of it from the sources, and install all that it names.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.labs.wheel import PROJECT, Built, build, make_lean, pack, version

# Gzipped: who has no cluster waits for it, too. What a click brings can be loaded then, by import().
_MOST_AT_START = 20_000
_ENTRY = "<!-- <{} NEW CHANGELOG ENTRY> -->"
_CHECK = """
import json, sys
from jupyter_server.serverapp import ServerApp

app = ServerApp()
app.initialize(argv=["--ServerApp.port=0", "--allow-root"], new_httpserver=False)
extension = app.extension_manager.extensions["jupyter_dask_slurm"]
print(json.dumps({
    "enabled": extension.enabled,
    "loaded": sorted(app.extension_manager.linked_extensions),
    "jupyterlab": "jupyterlab" in sys.modules,
    "version": extension.version,
}))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", params=["as of an sdist", pytest.param("whole", marks=pytest.mark.nightly)])
def whole(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "whole")


@pytest.fixture(scope="module")
def built(whole: bool) -> Iterator[Built]:
    with tempfile.TemporaryDirectory(prefix="dask-slurm-wheel-") as folder:
        yield build(Path(folder, "build"), as_of_sdist=not whole)


@pytest.fixture(scope="module")
def environment(built: Built, whole: bool) -> Path:
    """Install the lean wheel into an empty environment; return its folder."""
    place = built.folder / "environment"
    venv.create(place)
    pip = [sys.executable, "-m", "pip", "--python", f"{place}/bin/python"]
    install = ["install", "--quiet", "--no-compile", *(() if whole else ("--no-deps",)), str(built.lean)]
    subprocess.run([*pip, *install], env=_without_node(place), check=True)
    if not whole:
        # As a line of a path: what is installed here for development is not found that way.
        (site_packages,) = place.glob("lib/python*/site-packages")
        (site_packages / "here.pth").write_text(sysconfig.get_path("purelib"))
    return place


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return message_from_bytes(archive.read(name))


def test_pypi_takes_them_and_shows_their_page(built: Built) -> None:
    files = [str(path) for path in built.folder.glob("jupyter_dask_slurm*.*")]
    assert len(files) == 3
    twine = [sys.executable, "-m", "twine", "check", "--strict"]
    done = subprocess.run([*twine, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_links_of_their_page_lead_to_the_sources_of_this_version(built: Built) -> None:
    for wheel in (built.wheel, built.lean):
        said = _metadata(wheel)
        assert said["License-Expression"] == "BSD-3-Clause"
        targets = re.findall(r"\]\(([^)]+)\)", str(said.get_payload()))
        assert len(targets) > 10
        assert [target for target in targets if not target.startswith("https://")] == []
        of_ours = [target for target in targets if "/jupyter-dask-slurm/" in target]
        assert [target for target in of_ours if f"/v{said['Version']}/" not in target] == []
        places = {target.partition(f"/v{said['Version']}/")[2] for target in of_ours}
        assert [place for place in places if not (PROJECT / place.partition("#")[0]).exists()] == []


def _asked_for(wheel: Path) -> set[str]:
    """Return what is always installed with a wheel."""
    return {one for one in _metadata(wheel).get_all("Requires-Dist", []) if "extra ==" not in one}


def test_the_lean_one_is_the_same_without_what_computes(built: Built) -> None:
    assert _asked_for(built.lean) < _asked_for(built.wheel)
    left_out = {re.split("[<>=]", one)[0] for one in _asked_for(built.wheel) - _asked_for(built.lean)}
    assert left_out == {"bokeh", "dask", "dask-jobqueue", "distributed"}
    assert _metadata(built.lean)["Name"] == "jupyter_dask_slurm_core"
    assert _files(built.lean) == _files(built.wheel)


def _files(wheel: Path) -> dict[str, int]:
    """Return what a wheel installs: the checksum of each file."""
    of_its_own = wheel.name.removesuffix("-py3-none-any.whl")  # name and version
    with zipfile.ZipFile(wheel) as archive:
        return {
            file.filename.removeprefix(of_its_own): file.CRC
            for file in archive.infolist()
            if not file.is_dir() and not file.filename.endswith((".dist-info/METADATA", ".dist-info/RECORD"))
        }


def test_built_again_they_are_the_same_bytes(built: Built) -> None:
    again = Built(built.folder / "again")
    pack(built.folder / "source", again.folder, "--wheel")
    make_lean(again.wheel, again.folder)
    assert again.wheel.read_bytes() == built.wheel.read_bytes()
    assert again.lean.read_bytes() == built.lean.read_bytes()


def test_one_version_is_named_everywhere(built: Built) -> None:
    assert {_metadata(wheel)["Version"] for wheel in (built.wheel, built.lean)} == {version()}
    assert _recipe()["context"]["version"] == version()
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    entry = changes.partition(_ENTRY.format("START"))[2].partition(_ENTRY.format("END"))[0]
    assert entry.lstrip().splitlines()[0].split()[:2] == ["##", version()], "what a release announces"


def test_conda_forge_is_told_what_pypi_is_told(built: Built) -> None:
    lean, whole = (output["requirements"]["run"] for output in _recipe()["outputs"])
    assert _bare(lean[1:]) == _bare(_asked_for(built.lean))
    # On conda-forge "dask" has all of Dask's optional needs.
    computes = (one.replace("dask-core", "dask") for one in whole[1:])
    assert _bare(computes) == _bare(_asked_for(built.wheel) - _asked_for(built.lean))


def _bare(requirements: Iterable[str]) -> set[str]:
    return {one.replace(" ", "").replace("_", "-").lower() for one in requirements}


def _recipe() -> Any:
    return yaml.safe_load((PROJECT / "recipe" / "recipe.yaml").read_text(encoding="utf-8"))


def test_brings_a_prebuilt_labextension(environment: Path) -> None:
    folder = environment / "share/jupyter/labextensions/jupyter-dask-slurm"
    package = json.loads((folder / "package.json").read_text())
    assert (folder / package["jupyterlab"]["_build"]["load"]).is_file()
    assert json.loads((folder / "install.json").read_text())["packageName"] == "jupyter_dask_slurm"
    assert list((folder / "schemas").rglob("panel.json"))


def test_takes_the_packages_of_any_jupyterlab_that_it_says_it_works_in() -> None:
    package = json.loads((PROJECT / "package.json").read_text())
    wanted = {
        name: known for name, known in package["dependencies"].items() if name.startswith("@jupyterlab/")
    }
    # Without these the builder asks for the version that it was built with.
    shared = package["jupyterlab"]["sharedPackages"]
    assert {name: about["requiredVersion"] for name, about in shared.items()} == wanted


def test_jupyterlab_loads_little_of_it_at_its_start(tmp_path: Path) -> None:
    """As users get it: built for production, from what ``scripts/setup`` has compiled."""
    for name in ("schema", "style", "lib", "node_modules", "webpack.config.js", "yarn.lock"):
        (tmp_path / name).symlink_to(PROJECT / name)
    shutil.copy2(PROJECT / "package.json", tmp_path)
    subprocess.run(["jupyter-builder", "build", "."], cwd=tmp_path, check=True, capture_output=True)
    (entry,) = tmp_path.glob("jupyter_dask_slurm/labextension/static/remoteEntry.*.js")
    exposed = re.search(r'"\./extension":([^}]*)', entry.read_text())
    assert exposed is not None
    chunks = [
        file
        for chunk in re.findall(r"\.e\((\d+)\)", exposed[1])
        for file in entry.parent.glob(f"{chunk}.*.js")
    ]
    assert chunks
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in (entry, *chunks)}
    assert sum(sizes.values()) <= _MOST_AT_START, sizes


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
    assert said["version"] == version()


def test_holds_no_tests_and_no_sources_of_the_frontend(environment: Path) -> None:
    (package,) = environment.glob("lib/python*/site-packages/jupyter_dask_slurm")
    assert not list(package.rglob("*.ts*"))
    assert not (package.parent / "tests").exists()
    assert (package / "py.typed").is_file(), "who imports it can check types (PEP 561)"


def _without_node(environment: Path) -> dict[str, str]:
    """Return a PATH with the environment and nothing in which Node.js could be."""
    return os.environ | {"PATH": str(environment / "bin")}
