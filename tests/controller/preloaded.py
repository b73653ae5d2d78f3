"""Workers and controllers in a tenth of the CPU: forked from one process that has Dask loaded.

A worker of a job takes 1.4 s of CPU to start, nearly all of it to load Dask, once for its nanny and once for
itself; a controller takes 0.8 s. Tests about what controllers do with their jobs start hundreds. Where the
worker, its nanny or how something is loaded is what a test is about, it has to be a real one. What a Jupyter
server of a test starts is forked by `tests.jupyter.quick_starts`.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from tests.controller.quick_worker import PLACE, quick_archive

if TYPE_CHECKING:
    import pytest

COMMAND = "tests.controller.quick_worker"
"""The option `worker_command` of a cluster with such workers; they have no nanny."""
_PROJECT = Path(__file__).parents[2]
_ROOM = "." * 4000  # in the command line: for those of the processes that are forked


class Forked:
    """A controller, with what `subprocess.Popen` has of it."""

    stdin: IO[bytes] | None = None
    stdout: IO[bytes] | None = None
    stderr: IO[bytes] | None = None

    def __init__(self, there: socket.socket) -> None:
        self._there = there
        told = there.recv(4, socket.MSG_WAITALL)
        if len(told) != 4:  # no more than how it ended
            there.close()
            raise ChildProcessError("It failed before it was a controller; its log says why.")
        self.pid = int.from_bytes(told, "big")
        self._code: int | None = None
        self._process = os.pidfd_open(self.pid)
        # Whoever started it may never ask how it ended: then both are closed with this object.
        self._let_go = weakref.finalize(self, _close, there, self._process)
        with suppress(BrokenPipeError):  # it has been killed already
            there.send(b"\0")

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        return self._code if self._code is not None or not self._ended(0) else self.wait()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code."""
        if self._code is None:
            if not self._ended(timeout):
                raise subprocess.TimeoutExpired("controller", timeout or 0)
            try:
                said = self._there.recv(1)
            except ConnectionResetError:  # it was killed before it had read what it was sent
                said = b""
            self._code = said[0] if said else -signal.SIGKILL
            self._let_go()
        return self._code

    def _ended(self, timeout: float | None) -> bool:
        return bool(select.select([self._process], [], [], timeout)[0])

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._process, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _close(there: socket.socket, process: int) -> None:
    there.close()
    os.close(process)


class Preloaded:
    """The process that has Dask loaded; started when it is first needed, ended with the run."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What tells others where it is; that of another process is used again."""
        if self._folder is None and PLACE in os.environ:
            return {PLACE: os.environ[PLACE]}
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="preloaded-")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(Path(self._folder.name) / "s"))
                listener.listen(64)
                # It ends when its input does: with this process, however that ends.
                self._process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(listener.fileno()), _ROOM],
                    stdin=subprocess.PIPE,
                    pass_fds=[listener.fileno()],
                    cwd=_PROJECT,
                    env={**os.environ, "DASK_CONFIG": self._folder.name},  # Dask writes files there
                )
        return {PLACE: str(Path(self._folder.name) / "s")}

    def controller(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        files: tuple[int, int, int],
        *,
        folder: Path | None = None,
        quick_workers: bool = False,
    ) -> Forked:
        """Start a controller, or what renders previews, as ``python -m jupyter_dask_slurm.controller`` does.

        Parameters
        ----------
        argv : sequence of str
            Its command line, as others see it: Python, what that runs, and the arguments.
        files : tuple of int
            Its standard input, output and error.
        folder : Path, optional
            Its working directory, by default that of this process.
        quick_workers : bool
            Whether its jobs have workers of this process too, though their scripts name Dask's command.
        """
        there = socket.socket(socket.AF_UNIX)
        there.connect(self.environment[PLACE])
        wanted = {
            "controller": list(argv), "environment": dict(environment), "folder": str(folder or Path.cwd()),
            "quick_workers": quick_workers,
        }  # fmt: skip
        text = json.dumps(wanted).encode()
        socket.send_fds(there, [len(text).to_bytes(4, "big")], files)
        there.sendall(text)
        return Forked(there)

    def end(self) -> None:
        """End it; workers end with their jobs."""
        if self._folder is not None and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(60)
            self._folder.cleanup()
            self._folder = self._process = None


PRELOADED = Preloaded()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End it before `tests.leaks` looks."""
    PRELOADED.end()


def serve(listener: socket.socket) -> None:
    """Fork for each that asks, until the input ends."""
    import distributed.cli.dask_worker  # noqa: F401

    import jupyter_dask_slurm.controller.main  # noqa: F401

    # A worker is waited for by its job, a controller by its test.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with selectors.DefaultSelector() as either:
        either.register(listener, selectors.EVENT_READ)
        either.register(sys.stdin, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in either.select()]
            if sys.stdin in ready:
                return
            asking, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _become(asking)
            asking.close()


def _become(asking: socket.socket) -> NoReturn:
    code = 1
    try:
        size, files, _, _ = socket.recv_fds(asking, 4, 3)
        wanted = json.loads(asking.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["folder"])
        code = _run(wanted, asking)
        _end_as_python_does()
    except BaseException:  # noqa: BLE001 - a Python that ends by one says so, whatever it is
        traceback.print_exc()
        code = 1
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
            asking.send(bytes([code]))
        finally:
            os._exit(code)


def _run(wanted: Mapping[str, Any], asking: socket.socket) -> int:
    import dask

    dask.config.paths[:] = dask.config._get_paths()
    dask.config.refresh()
    tempfile.tempdir = None
    try:
        if "controller" in wanted:
            _be_called(wanted["controller"])
            # Now who has started it may look for it by its command line, as for one that was executed.
            asking.send(os.getpid().to_bytes(4, "big"))
            asking.recv(1)  # what has ended is no process any more, of which there could be a descriptor
            return _control(wanted["controller"], quick_workers=wanted["quick_workers"])
        threading.Thread(target=_end_with, args=(asking,), daemon=True).start()
        return _work(wanted["arguments"])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))


def _end_as_python_does() -> None:
    """Wait for the threads that are no daemons, and do what was left for the end."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()


def _end_with(job: socket.socket) -> None:
    """Pass its signals on; without it there is no worker: Slurm has killed it."""
    while number := job.recv(1):
        os.kill(os.getpid(), number[0])
    os._exit(128 + signal.SIGKILL)


def _work(arguments: list[str]) -> int:
    from distributed.cli.dask_worker import main

    main([*arguments, "--no-nanny"], standalone_mode=False)
    return 0


def _control(argv: list[str], *, quick_workers: bool) -> int:
    from jupyter_dask_slurm.controller.__main__ import main
    from jupyter_dask_slurm.controller.backend import make

    if quick_workers:
        setattr(make, "worker_archive", quick_archive)  # noqa: B010 - mypy does not have modules changed
    sys.argv = argv[1:]
    return main()


def _be_called(argv: list[str]) -> None:
    """Show others this command line, in the place of the one that the process was forked with."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])  # proc(5): arg_start, arg_end
    shown = b"\0".join(map(os.fsencode, argv))[: end - start - 1]
    ctypes.memset(start, 0, end - start)
    ctypes.memmove(start, shown, len(shown))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
