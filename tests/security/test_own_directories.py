"""Nothing of ours stands, and nothing is imported from, where somebody else can write.

The other user is another Unix user in fact; the clusters are real, on Slurm and on this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client

from tests.controller.conftest import Launch, launch
from tests.controller.process import SMALL, ControllerProcess
from tests.jupyter.api import working
from tests.jupyter.server import Jupyter
from tests.security.inside_processes import TRAPS, imports, look
from tests.security.other_user import OtherUser
from tests.slurm import SlurmClient
from tests.slurm.client import wait_until

__all__ = ["launch"]  # a fixture

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

BACKENDS = pytest.mark.parametrize("backend", ["slurm", "local"])
ON_SLURM = pytest.mark.usefixtures("slurm")
# What Python loads at its start, what Dask loads first, and what multiprocessing does in a child.
SHADOWS = ("dask", "distributed", "random", "socket", "pickle", "sitecustomize", "encodings", "click")


@pytest.fixture
def open_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a temporary directory as all share it: the one of Jupyter, its controllers and jobs."""
    # Not pytest's own: nobody else can enter that.
    place = Path(tempfile.mkdtemp(prefix="open-", dir="/tmp"))
    place.chmod(0o1777)
    monkeypatch.setenv("TMPDIR", str(place))
    yield place
    shutil.rmtree(place)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of notebooks, with a module for workers and a file for tasks."""
    folder = tmp_path / "my notebooks"
    folder.mkdir(mode=0o700)
    (folder / "beside.py").write_text("VALUE = 42\n")
    (folder / "data.txt").write_text("read")
    return folder


def everywhere(client: Client, function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Run a function in each worker, each nanny and the scheduler; returns what came of it."""
    return [
        *client.run(function, *arguments).values(),
        *client.run(function, *arguments, nanny=True).values(),
        client.run_on_scheduler(function, *arguments),
    ]


def check_path(entries: list[str], other_user: OtherUser) -> None:
    """Fail unless nobody else can write anything on the way to what a process imports from."""
    assert entries
    for entry in map(Path, entries):
        assert entry.is_absolute(), entries
        taken = set(other_user.tries("writable", paths=[str(entry), *map(str, entry.parents)]))
        for path in [entry, *entry.parents]:
            held_by_sticky = path != entry and path.stat().st_mode & stat.S_ISVTX
            assert str(path) not in taken or held_by_sticky, (path, entries)
        assert not entry.exists() or entry.stat().st_uid in (0, os.getuid())


def left_in(place: Path) -> list[str]:
    """Return the names of what stands there of jobs and controllers, apart from sockets."""
    return sorted(path.name for path in place.iterdir() if path.name.startswith(("dask", "jds-", "workers-")))


def processes_of(job_id: str) -> list[psutil.Process]:
    """Return the Pythons of a job, and not its shell."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            python = "dask_worker" in command or "spawn_main" in command
            told = process.environ() if python else {}
            if f"{told.get('SLURM_ARRAY_JOB_ID')}_{told.get('SLURM_ARRAY_TASK_ID')}" == job_id:
                found.append(process)
        except psutil.Error:
            continue
    return found


@ON_SLURM
@BACKENDS
def test_what_another_user_has_put_there_first_is_not_imported(
    launch: Launch, other_user: OtherUser, open_place: Path, folder: Path, backend: str
) -> None:
    canary = open_place / "canary"
    taken = ("dask-scratch-space", "dask-scratch-space-0")
    for name in taken:
        assert other_user.tries("lay_traps", directory=str(open_place / name), canary=str(canary))
    controller = launch(backend, folder=folder, options=SMALL, umask=0)
    controller.working(jobs=1)
    with controller.client() as client:
        assert everywhere(client, imports, TRAPS[0]) == [False] * 3
        for state in everywhere(client, look):
            check_path(state["path"], other_user)
            assert (state["umask"], state["told"]) == (0o077, [])
        for spilled in client.run(lambda dask_worker: dask_worker.local_directory).values():
            assert Path(spilled).stat().st_mode & 0o077 == 0
            assert open_place in Path(spilled).parents
        for state in client.run(look).values():
            # Where libraries look for their own places, by names that others know.
            assert other_user.tries("writable", paths=[state["temporary"]]) == []
    assert controller.stop() == 0
    assert not canary.exists()
    for name in taken:
        assert {path.stem for path in (open_place / name).iterdir()} == set(TRAPS)
    wait_until(lambda: set(left_in(open_place)) == set(taken), "nothing of the cluster is left")


@ON_SLURM
@BACKENDS
def test_modules_beside_the_notebook_come_last(launch: Launch, folder: Path, backend: str) -> None:
    for name in SHADOWS:
        (folder / f"{name}.py").write_text("raise SystemExit('this is not the module that was meant')\n")
    # As many write it: without a PYTHONPATH of before, the working directory comes first.
    own = {"job_script_prologue": ["export PYTHONPATH=$NONE:/nowhere"]} if backend == "slurm" else {}
    controller = launch(backend, folder=folder, options={**SMALL, **own})
    controller.working(jobs=1)
    with controller.client() as client:
        assert everywhere(client, imports, "beside") == [True] * 3
        assert set(client.run(lambda: Path("data.txt").read_text()).values()) == {"read"}
        for state in everywhere(client, look):
            assert state["folder"] == str(folder)
            assert state["path"][-1] == str(folder)
            assert state["path"].count(str(folder)) == 1
        results = client.map(lambda number: number + 1, range(10))
        assert client.gather(results) == list(range(1, 11))
    assert controller.stop() == 0


@ON_SLURM
@BACKENDS
def test_nothing_is_imported_from_a_folder_that_others_can_write(
    launch: Launch, folder: Path, backend: str
) -> None:
    folder.chmod(0o777)
    controller = launch(backend, folder=folder, options=SMALL)
    controller.working(jobs=1)
    with controller.client() as client:
        assert everywhere(client, imports, "beside") == [False] * 3
        assert {state["folder"] for state in everywhere(client, look)} == {str(folder)}
    log = controller.log if backend == "local" else Path(str(controller.jobs[0].stderr))
    words = f"Modules beside the notebook, in {folder}, cannot be imported: {folder} can be written by others"
    assert words in log.read_text()
    assert controller.stop() == 0


def end_by_stop(controller: ControllerProcess, _slurm: SlurmClient) -> None:
    assert controller.stop() == 0


def end_by_scancel(controller: ControllerProcess, slurm: SlurmClient) -> None:
    slurm.run("scancel", *(job.job_id for job in controller.jobs))


def end_by_killing_workers(controller: ControllerProcess, _slurm: SlurmClient) -> None:
    pythons = [process for job in controller.jobs for process in processes_of(job.job_id)]
    assert len(pythons) >= 2 * len(controller.jobs)
    for process in pythons:
        process.kill()


@pytest.mark.parametrize("end", [end_by_stop, end_by_scancel, end_by_killing_workers])
def test_directories_of_jobs_are_gone_when_they_have_ended(
    slurm: SlurmClient,
    launch: Launch,
    open_place: Path,
    end: Callable[[ControllerProcess, SlurmClient], None],
) -> None:
    # Replaced, an ended job would have another directory.
    controller = launch(
        "slurm",
        options={**SMALL, "keep_jobs": False, "job_script_epilogue": ["echo over"]},
        scaling={"mode": "manual", "jobs": 2},
    )
    controller.working(jobs=2)
    ids = [job.job_id for job in controller.jobs]
    jobs = [name for name in left_in(open_place) if name.startswith("dask-job-")]
    assert len(jobs) == 2
    end(controller, slurm)
    wait_until(lambda: not set(ids) & set(slurm.jobs()), "the jobs have ended")
    wait_until(
        lambda: not [name for name in left_in(open_place) if name in jobs], "their directories are gone"
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_directories_of_a_controller_are_gone_when_it_has_ended(
    jupyter: Callable[..., Jupyter], open_place: Path, shared: Path, number: signal.Signals
) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    server.until(cluster["id"], working(1))
    assert len(left_in(open_place)) >= 2  # of the socket and of the controller
    record = json.loads((shared / "clusters" / cluster["id"] / "record.json").read_text())
    os.kill(record["pid"], number)
    wait_until(lambda: not [name for name in left_in(open_place) if "render" not in name], "nothing is left")
