"""Fails a run that leaves a job in its Slurm, or a process, behind; and ends those.

Not a run in which a test was tried again: what its first try had not come to clear away is named only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.slurm.client import SlurmClient, SlurmCommandError, wait_until
from tests.slurm.plugin import shared_slurm

_MARK = "RUN_OF_TESTS"  # in the environment of all that a run starts: controllers, kernels, jobs
_LEAKS = pytest.StashKey[list[str]]()
_PATIENCE = "--leaks-patience"
_NO_ANSWER = (SlurmCommandError, subprocess.TimeoutExpired)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run that is known to leave something behind say so sooner."""
    words = "so many seconds jobs and processes have, after the last test, to end"
    parser.addoption(_PATIENCE, type=float, default=60, help=words)


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
    patience_s = session.config.getoption(_PATIENCE)
    shared = shared_slurm(session.config)
    leaks = _leaked_jobs(shared.started_here, patience_s) if shared.started_here else []
    shared.stop()
    leaks += _leaked_processes(patience_s)
    session.config.stash[_LEAKS] = leaks
    if leaks and not _has_reruns(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was left behind."""
    if config.stash[_LEAKS]:
        terminalreporter.section("left behind", red=True)
        for leak in config.stash[_LEAKS]:
            terminalreporter.line(leak)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _has_reruns(config: pytest.Config) -> bool:
    # Here, and not in xdist's workers, all reports come together.
    terminal: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return terminal is not None and bool(terminal.getreports("rerun"))


def _leaked_jobs(slurm: SlurmClient, patience_s: float) -> list[str]:
    _soon(lambda: not slurm.jobs(), patience_s)
    try:
        return slurm.queue("job %i %j %T")
    except _NO_ANSWER as error:
        return [f"perhaps jobs, of a Slurm that does not answer: {error}"]


def _leaked_processes(patience_s: float) -> list[str]:
    _soon(lambda: not _marked_processes(), patience_s)
    leaked = _marked_processes()
    for pid in leaked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"process {pid} {command}" for pid, command in leaked.items()]


def _soon(condition: Callable[[], bool], patience_s: float) -> None:
    def holds() -> bool:
        with contextlib.suppress(*_NO_ANSWER):
            return condition()
        return False

    with contextlib.suppress(TimeoutError):
        wait_until(holds, "nothing is left", timeout=patience_s)


def _marked_processes() -> dict[int, str]:
    mark = f"{_MARK}={os.environ[_MARK]}".encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").strip()
                    found[int(entry.name)] = command.decode(errors="replace")
    return found
