"""What this machine refuses is said as what it is: by real limits, a real full disk and real programs."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from jupyter_dask_slurm.clusters.contact.channel import SocketChannel
from jupyter_dask_slurm.clusters.contact.client import ControllerClient
from jupyter_dask_slurm.protocol.errors import (
    DaskSlurmError,
    MachineFault,
    SlurmCommandBroke,
    SlurmMissing,
    SlurmNotAsked,
)
from jupyter_dask_slurm.slurm import run as commands
from jupyter_dask_slurm.system import beside_loop, faults, files, processes
from jupyter_dask_slurm.system.beside_loop import in_thread

NUMBERS = [
    *(errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT, errno.EROFS),
    *(errno.EIO, errno.ESTALE, errno.E2BIG, errno.ENOEXEC, errno.ETXTBSY, errno.EPERM),
]


def test_each_number_has_a_sentence_of_its_own() -> None:
    said = {number: faults.of_program("sbatch", OSError(number, os.strerror(number))) for number in NUMBERS}
    assert len(set(said.values())) == len(NUMBERS)
    for number, sentence in said.items():
        assert sentence.startswith(f"sbatch cannot be started: {os.strerror(number)} ("), sentence
        assert sentence.endswith("."), sentence
        assert sentence.count(". ") >= 1, f"{sentence}: what is to be done?"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.EACCES])
def test_a_disk_that_refuses_is_named_with_what_helps(tmp_path: Path, number: int) -> None:
    with pytest.raises(DaskSlurmError) as caught, files.storage_errors(tmp_path, "write"):
        raise OSError(number, os.strerror(number))
    start = f"Cannot write {tmp_path}: {os.strerror(number)} ("
    assert caught.value.message.startswith(start)
    assert ". " in caught.value.message.removeprefix(start)


def _program(folder: Path, text: str, mode: int) -> dict[str, str]:
    folder.mkdir()
    path = folder / "sbatch"
    path.write_text(text)
    path.chmod(mode)
    return {"PATH": str(folder)}


async def test_commands_that_are_no_programs_are_not_called_a_silent_slurm(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    cases: list[tuple[dict[str, str], type[DaskSlurmError], str]] = [
        ({"PATH": str(tmp_path / "empty")}, SlurmMissing, "in none of the directories of PATH"),
        (_program(tmp_path / "mode", "#!/bin/sh\n", 0o600), SlurmMissing, "may not be executed"),
        (_program(tmp_path / "first", "#!/no/such/shell\n", 0o700), SlurmMissing, "interpreter"),
        (_program(tmp_path / "format", "\x7fELF", 0o700), SlurmMissing, "no program for this machine"),
        (_program(tmp_path / "loader", "#!/bin/sh\nexit 127\n", 0o700), SlurmNotAsked, "does not start"),
        (_program(tmp_path / "kill", "#!/bin/sh\nkill -9 $$\n", 0o700), SlurmCommandBroke, "SIGKILL"),
        (
            _program(
                tmp_path / "thread", "#!/bin/sh\necho 'fatal: pthread_create error' >&2; exit 1\n", 0o700
            ),
            SlurmCommandBroke,
            "pthread_create",
        ),
    ]
    for environment, kind, words in cases:
        with pytest.raises(kind, match=words):
            await commands.run(["sbatch"], environment=environment)


async def test_a_working_directory_that_is_gone_is_not_called_a_missing_command(tmp_path: Path) -> None:
    with pytest.raises(SlurmNotAsked, match=f"working directory {tmp_path}/gone cannot be used"):
        await commands.run(["true"], environment={"PATH": os.environ["PATH"]}, directory=tmp_path / "gone")


class _NoDescriptors:
    """While this lasts, this process cannot open anything."""

    def __enter__(self) -> None:
        self._limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, self._limits[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)


async def test_without_descriptors_nothing_is_called_dead_or_silent() -> None:
    client = ControllerClient(SocketChannel("/nonexistent/socket"), "nonce")
    try:
        processes.boot_id()
        with _NoDescriptors():
            alive = processes.is_alive(os.getpid(), None)
            runs = processes.runs(Path("/nonexistent"))
            with pytest.raises(SlurmNotAsked, match="as many files and connections open as it may"):
                await commands.run(["true"], environment={"PATH": os.environ["PATH"]})
            with pytest.raises(MachineFault, match="as many files and connections open as it may"):
                await client.cluster()
        assert alive
        assert runs
        assert not processes.runs(Path("/nonexistent"))
    finally:
        await client.close()


def test_a_boot_that_could_not_be_read_is_asked_for_again() -> None:
    code = (
        "import resource\n"
        "from jupyter_dask_slurm.system.processes import boot_id\n"
        "limits = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))\n"
        "first = boot_id()\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, limits)\n"
        "print(repr(first), bool(boot_id()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "'' True\n"


@pytest.fixture
def no_thread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what makes clone(2) refuse threads from then on."""

    def refuse(*_arguments: object, **_keywords: object) -> None:
        raise RuntimeError("can't start new thread")

    return lambda: monkeypatch.setattr(threading.Thread, "start", refuse)


async def test_work_for_which_there_is_no_thread_is_never_done(no_thread: Callable[[], None]) -> None:
    done: list[str] = []
    hold = threading.Event()
    asyncio.get_running_loop().set_default_executor(_pool_of_two())
    busy = asyncio.create_task(in_thread(hold.wait))
    await asyncio.sleep(0)
    no_thread()
    with pytest.raises(MachineFault, match="limit of this user's processes and threads is reached"):
        await in_thread(done.append, "refused")
    hold.set()
    await busy
    # The thread that was busy tells of its work before it is free for other.
    deadline = time.monotonic() + 10
    while not done and time.monotonic() < deadline:
        with suppress(MachineFault):
            await in_thread(done.append, "afterwards")
    assert done == ["afterwards"]


def _pool_of_two() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2)


async def test_programs_need_no_thread(no_thread: Callable[[], None]) -> None:
    no_thread()
    done = await beside_loop.run_to_end(
        ["cat"], stdin=b"x" * 2**20, timeout_s=30, environment={"PATH": os.environ["PATH"]}
    )
    assert (done.exit_code, len(done.stdout)) == (0, 2**20)
