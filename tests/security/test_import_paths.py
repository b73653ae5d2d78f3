"""From where every kind of process of ours imports, as seen at each of its imports, from the first one on.

They start in a folder that another user can write, who has put modules there by the names of what they load.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_dask_slurm.kernels.environment import Environment
from jupyter_dask_slurm.kernels.environments import Environments
from jupyter_dask_slurm.kernels.render_client import RenderClient
from jupyter_dask_slurm.protocol.errors import EnvironmentUnusable
from tests.controller.conftest import Launch, launch
from tests.security.other_user import OtherUser
from tests.security.test_own_directories import SHADOWS, check_path

__all__ = ["launch"]  # a fixture

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# Python imports it as soon as it can import anything.
_WITNESS = """
import os, sys

seen = set()


def look(event, arguments):
    if event != "import" or not arguments[2]:
        return
    entries = tuple(os.path.abspath(entry) for entry in arguments[2])
    if entries not in seen:
        seen.add(entries)
        line = repr([sys.orig_argv, entries]).encode() + b"\\n"
        file = os.open({path!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, line)
        os.close(file)


sys.addaudithook(look)
"""


class Witness:
    """What the Pythons that find a ``sitecustomize`` have imported from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "seen"
        (folder / "sitecustomize.py").write_text(_WITNESS.format(path=str(self._path)))

    def paths(self, command: str) -> list[list[str]]:
        """Return the ``sys.path`` at each import of processes with a text in their command line."""
        lines = [eval(line) for line in self._path.read_text().splitlines()]
        found = [list(entries) for argv, entries in lines if command in " ".join(argv)]
        assert found, f"no process has {command}: {[argv for argv, _ in lines]}"
        return found


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """Return who tells; nobody else can write there."""
    folder = tmp_path / "witness"
    folder.mkdir(mode=0o700)
    return Witness(folder)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, witness: Witness) -> Path:
    """Start what is started from now on in a folder with modules of another user's."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in (*SHADOWS, "json", "multiprocessing", "importlib", "asyncio"):
        (folder / f"{name}.py").write_text("raise SystemExit('this is not the module that was meant')\n")
    folder.chmod(0o777)
    monkeypatch.chdir(folder)
    # As many write it: the empty part stands for wherever a Python is started.
    monkeypatch.setenv("PYTHONPATH", f":{witness.folder}")
    return folder


def check(witness: Witness, other_user: OtherUser, *commands: str) -> None:
    """Fail unless processes with such command lines imported from where nobody else can write, all the time.

    Their own directories are gone by now; `test_own_directories` looks at those while they are there.
    """
    for command in commands:
        for entries in witness.paths(command):
            check_path([entry for entry in entries if os.path.lexists(entry)], other_user)


@pytest.mark.usefixtures("hostile")
async def test_what_asks_a_kernel_for_its_packages(witness: Witness, other_user: OtherUser) -> None:
    class NoSpecs:
        def get_all_specs(self) -> dict[str, object]:
            return {}

    with pytest.raises(EnvironmentUnusable, match="has no distributed"):
        await Environments(NoSpecs()).find(None, "/usr/bin/python3", backend="slurm")
    check(witness, other_user, "/usr/bin/python3 -c")


@pytest.mark.usefixtures("hostile")
async def test_what_renders_scripts(witness: Witness, other_user: OtherUser) -> None:
    client = RenderClient()
    try:
        answer = await client.configuration(Environment(None, (sys.executable,)))
        assert "jobqueue" in answer["sections"]
    finally:
        await client.close()
    check(witness, other_user, "--render")


@pytest.mark.usefixtures("slurm")
@pytest.mark.parametrize("backend", ["slurm", "local"])
def test_controllers_nannies_workers_and_what_they_start(
    launch: Launch, hostile: Path, witness: Witness, other_user: OtherUser, backend: str
) -> None:
    # The launcher, as a Jupyter server, takes the empty part out; what jobs make of it is another matter.
    own = {"job_script_prologue": ["export PYTHONPATH=:$PYTHONPATH"]} if backend == "slurm" else {}
    options = {"cores": 1, "processes": 1, "memory": "500 MB", "walltime": "00:10:00", **own}
    controller = launch(
        backend, folder=hostile, options=options, environment={"PYTHONPATH": str(witness.folder)}
    )
    controller.working(jobs=1)
    assert controller.stop() == 0
    check(witness, other_user, "controller.pyz", "spawn_main", "resource_tracker")


@pytest.mark.usefixtures("slurm", "hostile")
def test_the_command_line_and_the_check_on_nodes(
    witness: Witness, other_user: OtherUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    # This one is the user's to start; what it starts itself is ours.
    monkeypatch.setenv("PYTHONPATH", str(witness.folder))
    script = Path(sys.executable).with_name("jupyter-dask-slurm")
    done = subprocess.run(
        [script, "doctor", "--check-interfaces", "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    partitions = json.loads(done.stdout)["interface_check"]["partitions"]
    assert "answered" in {found["state"] for found in partitions}
    check(witness, other_user, "jupyter-dask-slurm", "python3 -")
