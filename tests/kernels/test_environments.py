"""Kernels as places where a cluster runs: found by running them, whatever stands before their Python."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.kernels import python_report
from jupyter_dask_slurm.kernels.environments import Environments
from jupyter_dask_slurm.protocol.errors import EnvironmentUnusable
from tests.jupyter.api import Api, working
from tests.jupyter.controllers import SMALL

# Says something, and refuses line breaks in arguments: as `conda run` does.
WRAPPER = """\
#!/bin/sh
echo "activating $1"
shift
for word in "$@"; do
  case "$word" in *"
"*) echo "arguments where newlines exist are not supported" >&2; exit 1;; esac
done
PLACE=inside exec "$@"
"""

ASK = """
import os
print(client.submit(os.getenv, "PLACE").result())
client.close()
"""


class Specs:
    """Kernels of a Jupyter."""

    def __init__(self, **argv: list[str]) -> None:
        self._argv = argv

    def get_all_specs(self) -> dict[str, Any]:
        return {
            name: {"spec": {"argv": argv, "display_name": name.title()}} for name, argv in self._argv.items()
        }


def _script(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def _venv(folder: Path) -> tuple[Path, Path]:
    """Make an empty environment; return its Python and where its packages stand."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin" / "python", next(folder.glob("lib/python*/site-packages"))


def _link_all_but(name: str, packages: Path) -> None:
    """Put all that is installed here into another environment, except one package."""
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith((name, "_virtualenv", "pip", "setuptools")):
            (packages / path.name).symlink_to(path)


async def test_a_wrapper_is_run_with_its_arguments(tmp_path: Path) -> None:
    wrapper = _script(tmp_path / "run-in", WRAPPER)
    argv = [wrapper, "ocean", sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    found = await Environments(Specs(ocean=argv)).find("ocean", None, backend="slurm")
    assert (found.argv, found.env["PLACE"]) == ((sys.executable,), "inside")


async def test_a_cluster_runs_behind_a_wrapper(api: Api, shared: Path, tmp_path: Path) -> None:
    wrapper = _script(tmp_path / "run-in", WRAPPER)
    folder = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / "ocean"
    _install_kernel(
        folder, [wrapper, "ocean", sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    )
    cluster = await api.start(backend="local", options={**SMALL, "kernel": "ocean"})
    running = await api.until(cluster["id"], working(1), timeout=60)
    assert running["environment"]["kernel"] == "ocean"
    path = f"clusters/{cluster['id']}/snippet?kind=portable"
    code = (await api("GET", path)).json["code"] + ASK
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert done.stdout == "inside\n", done.stderr


def _install_kernel(folder: Path, argv: list[str]) -> None:
    folder.mkdir(parents=True)
    spec = {"argv": argv, "display_name": folder.name, "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))


async def test_what_is_missing_is_said_with_the_command_that_mends_it(tmp_path: Path) -> None:
    python, packages = _venv(tmp_path / "bare")
    specs = Specs(bare=[str(python), "-m", "ipykernel_launcher"])
    known = Environments(specs)
    (kernel,) = await known.kernels()
    assert not kernel.usable
    assert kernel.problem == (
        "has no distributed and no dask-jobqueue: install it there by "
        f"{python} -m pip install distributed dask-jobqueue"
    )
    with pytest.raises(EnvironmentUnusable) as refused:
        await known.find("bare", None, backend="slurm")
    assert refused.value.field == "options.kernel"
    # Mended, it is usable at once.
    (packages / "other.pth").write_text(sysconfig.get_path("purelib"))
    (kernel,) = await known.kernels()
    assert kernel.usable


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("/nowhere/python", "cannot be started: /nowhere/python: No such file"),
        ("/bin/false", "cannot be started: /bin/false does not run Python here (exit code 1)"),
    ],
)
async def test_pythons_that_cannot_be_used_say_why(python: str, words: str) -> None:
    with pytest.raises(EnvironmentUnusable) as refused:
        await Environments(Specs()).find(None, python, backend="slurm")
    assert words in refused.value.message
    assert refused.value.field == "options.python"


async def test_a_path_with_spaces_is_one_where_all_of_it_is_there(tmp_path: Path) -> None:
    known = Environments(Specs(python3=[sys.executable, "-m", "ipykernel_launcher"]), tmp_path)
    folder = tmp_path / "my env" / "bin"
    folder.mkdir(parents=True)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    found = await known.find("python3", str(python), backend="local")
    assert found.argv == (str(python),)
    with pytest.raises(EnvironmentUnusable, match="must be a path"):
        await known.find("python3", str(folder / "another"), backend="local")


async def test_what_is_no_path_runs_a_python_in_jobs_and_nothing_here(tmp_path: Path) -> None:
    specs = Specs(python3=[sys.executable, "-m", "ipykernel_launcher"])
    known = Environments(specs, tmp_path)
    for command in ("apptainer exec image.sif python", "python", f"{sys.executable} -X utf8"):
        found = await known.find("python3", command, backend="slurm")
        assert found.python == sys.executable
        with pytest.raises(EnvironmentUnusable, match="must be a path") as refused:
            await known.find("python3", command, backend="local")
        assert refused.value.field == "options.python"


async def test_a_python_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_report, "PROBE_TIMEOUT_S", 1.0)
    silent = _script(tmp_path / "python", "#!/bin/sh\nsleep 600\n")
    with pytest.raises(EnvironmentUnusable, match="said nothing within 1 s"):
        await Environments(Specs()).find(None, silent, backend="slurm")


async def test_without_bokeh_the_cluster_runs_and_says_so(api: Api, tmp_path: Path) -> None:
    python, packages = _venv(tmp_path / "no-bokeh")
    _link_all_but("bokeh", packages)
    cluster = await api.start(backend="local", options={**SMALL, "python": str(python)})
    running = await api.until(cluster["id"], working(1), timeout=60)
    assert running["environment"]["python"] == str(python)
    assert [problem["code"] for problem in running["problems"]] == ["no_dashboard"]
