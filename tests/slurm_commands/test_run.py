"""Real processes: what a command's end means, and that nothing of it is left."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import subprocess
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from jupyter_dask_slurm.protocol.errors import (
    DaskSlurmError,
    SlurmAmbiguous,
    SlurmMissing,
    SlurmNotYet,
    SlurmRefused,
    SlurmUnreachable,
)
from jupyter_dask_slurm.slurm import run as commands
from jupyter_dask_slurm.slurm.address import variables
from tests.slurm.client import wait_until


@pytest.fixture(autouse=True)
def _no_configuration(isolation: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without slurm.conf: these commands are not Slurm's."""
    monkeypatch.delenv("SLURM_CONF")


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def read_pid(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"), f"{path} has a process id")
    return int(path.read_text())


async def test_gives_stdin_and_returns_what_was_written() -> None:
    answer = await commands.run(["sh", "-c", "cat; echo said >&2"], stdin="héllo")
    assert answer == commands.Answer("héllo", "said\n")


async def test_no_shell_sees_the_arguments() -> None:
    assert (await commands.run(["printf", "%s", "$(id); `id`"])).stdout == "$(id); `id`"


async def test_a_missing_command_is_named() -> None:
    with pytest.raises(SlurmMissing, match="sbatch-of-nowhere"):
        await commands.run(["sbatch-of-nowhere"])


async def test_a_machine_that_starts_no_process_tells_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(SlurmUnreachable, match="squeue cannot be started: Resource"):
        await commands.run(["squeue"])


async def test_a_late_command_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(SlurmAmbiguous, match="sh did not answer within 3 s"):
        await commands.run(["sh", "-c", script], timeout_s=3)
    pid = read_pid(tmp_path / "pid")
    wait_until(lambda: not is_running(pid), "the whole group is gone")


@pytest.mark.parametrize("call", [commands.run, partial(commands.ask, proof=re.compile("some"))])
async def test_what_a_late_command_had_written_is_kept(call: Callable[..., Awaitable[object]]) -> None:
    argv = ["sh", "-c", "echo 'squeue: error: waits for a lock' >&2; echo some; exec sleep 300"]
    with pytest.raises(SlurmAmbiguous, match="did not answer within 1 s: waits for a lock") as caught:
        await call(argv, timeout_s=1)
    assert caught.value.details == "squeue: error: waits for a lock\nsome"


async def test_a_command_that_says_that_it_waits_is_not_waited_for() -> None:
    script = "echo 'sbatch: error: full, sleeping' >&2; exec sleep 300"
    with pytest.raises(SlurmAmbiguous, match="waits, and was not waited for: full, sleeping") as caught:
        await commands.run(["sh", "-c", script], until=re.compile(rb"sleeping"), timeout_s=60)
    assert caught.value.details == "sbatch: error: full, sleeping"


async def test_much_output_is_read_to_its_end() -> None:
    answer = await commands.run(["sh", "-c", "seq 1 200000; seq 1 100000 >&2"])
    assert (len(answer.stdout.splitlines()), len(answer.stderr.splitlines())) == (200000, 100000)


async def test_a_cancelled_call_leaves_nothing_behind(tmp_path: Path) -> None:
    script = f"sleep 300 & echo $! > {tmp_path}/pid; wait"
    call = asyncio.create_task(commands.run(["sh", "-c", script]))
    pid = await asyncio.to_thread(read_pid, tmp_path / "pid")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    wait_until(lambda: not is_running(pid), "the whole group is gone")


async def test_a_killed_command_is_ambiguous() -> None:
    with pytest.raises(SlurmAmbiguous, match="killed by SIGKILL"):
        await commands.run(["sh", "-c", "kill -9 $$"])


async def test_a_refusal_has_slurms_words() -> None:
    script = "echo 'sbatch: error: Batch job submission failed: Invalid account' >&2; exit 1"
    with pytest.raises(SlurmRefused, match=r"^Slurm refused: Invalid account\.$") as caught:
        await commands.run(["sh", "-c", script])
    assert caught.value.details == "sbatch: error: Batch job submission failed: Invalid account"


async def test_one_call_at_a_time(tmp_path: Path) -> None:
    # Only one of them can hold the directory at a time; a second mkdir would fail.
    script = f"mkdir {tmp_path}/turn && sleep 0.05 && rmdir {tmp_path}/turn"
    await asyncio.gather(*(commands.run_in_turn(["sh", "-c", script]) for _ in range(4)))


def test_locks_of_two_event_loops_do_not_meet() -> None:
    async def twice() -> None:
        await asyncio.gather(*(commands.run_in_turn(["true"]) for _ in range(2)))

    for _ in range(2):
        asyncio.run(twice())


@pytest.mark.parametrize(
    ("stderr", "error"),
    [
        ("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", SlurmUnreachable),
        ("sinfo: fatal: Could not establish a configuration source", SlurmUnreachable),
        (
            "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
            SlurmAmbiguous,
        ),
        (
            "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received",
            SlurmAmbiguous,
        ),
        ("slurm_load_jobs error: Unable to contact slurm controller (receive failure)", SlurmAmbiguous),
        ("sbatch: error: Batch job submission failed: Protocol authentication error", SlurmAmbiguous),
        ("", SlurmAmbiguous),
        ("\n", SlurmAmbiguous),
        ("sbatch: error: invalid partition specified: nope", SlurmRefused),
        ("sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: x", SlurmNotYet),
        ("sbatch: error: Batch job submission failed: Resource temporarily unavailable", SlurmNotYet),
        (
            "sbatch: error: Batch job submission failed: Rate limit exceeded, please retry momentarily",
            SlurmUnreachable,
        ),
        ("sbatch: error: Batch job submission failed: Requested time limit is invalid", SlurmRefused),
    ],
)
def test_tells_failures_apart(stderr: str, error: type[DaskSlurmError]) -> None:
    assert type(commands.classify("sbatch", 1, stderr)) is error


FOREIGN = {
    "SBATCH_JOB_NAME": "x",
    "SQUEUE_STATES": "x",
    "SLURM_JOB_ID": "1",
    "SLURM_CLUSTERS": "other",
    "SLURM_TIME_FORMAT": "relative",
    "SCANCEL_NAME": "x",
    "SINFO_FORMAT": "x",
    "SACCT_FORMAT": "x",
}


def test_the_environment_is_clean() -> None:
    given = {
        **FOREIGN,
        "PATH": os.defpath,
        "SLURM_CONF": "/c",
        "SLURM_CONF_SERVER": "controller:6817",
        "SLURM_JWT": "a.b.c",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "de_DE.UTF-8",
    }
    kept = {name: value for name, value in given.items() if name not in FOREIGN}
    assert variables.job_environment(given) == kept
    ours = {"LC_ALL": "C.UTF-8", "SLURM_TIME_FORMAT": "%s", "SLURM_BITSTR_LEN": "0"}
    assert variables.command_environment(given) == kept | ours
