"""Fails a run that leaves a job in its Slurm, or a process, behind; and ends those."""

from __future__ import annotations

import contextlib
import os
import signal
import uuid
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.slurm.client import SlurmClient, wait_until
from tests.slurm.plugin import shared_slurm

_MARK = "RUN_OF_TESTS"  # in the environment of all that a run starts: controllers, kernels, jobs
_LEAKS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Mark the environment that xdist's workers and everything else inherit."""
    config.stash[_LEAKS] = []
    if not _is_worker(config):
        os.environ[_MARK] = uuid.uuid4().hex


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """After the last test, and the end of xdist's workers: look, stop Slurm, look again."""
    yield
    if _is_worker(session.config):
        return
    shared = shared_slurm(session.config)
    leaks = _leaked_jobs(shared.started_here) if shared.started_here else []
    shared.stop()
    leaks += _leaked_processes()
    session.config.stash[_LEAKS] = leaks
    if leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left behind."""
    if config.stash[_LEAKS]:
        terminalreporter.section("left behind", red=True)
        for leak in config.stash[_LEAKS]:
            terminalreporter.line(leak)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _leaked_jobs(slurm: SlurmClient) -> list[str]:
    _soon(lambda: not slurm.jobs())
    return slurm.run("squeue", "-r", "-h", "-o", "job %i %j %T").splitlines()


def _leaked_processes() -> list[str]:
    _soon(lambda: not _marked_processes())
    leaked = _marked_processes()
    for pid in leaked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"process {pid} {command}" for pid, command in leaked.items()]


def _soon(condition: Callable[[], bool]) -> None:
    with contextlib.suppress(TimeoutError):
        wait_until(condition, "nothing is left", timeout=5)


def _marked_processes() -> dict[int, str]:
    mark = f"{_MARK}={os.environ[_MARK]}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(entry.name)] = command.decode(errors="replace")
    return found
