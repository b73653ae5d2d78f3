"""Starts a controller: its socket, its environment, its process."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from ..kernels.archive import controller_archive
from ..kernels.environment import Environment
from ..protocol.errors import MachineFault
from ..protocol.models import LaunchSpec
from ..system.faults import of_program
from ..system.files import storage_errors, write_private
from ..system.places import is_folder


def start_controller(
    spec: LaunchSpec, environment: Environment, folder: Path, ended: Callable[[int], None]
) -> int:
    """Start the controller of a cluster, in a session of its own so that it outlives the Jupyter server.

    Parameters
    ----------
    spec : LaunchSpec
        Stands already in the cluster's directory.
    environment : Environment
        Whose Python it runs in.
    folder : Path
        The working directory of controller and jobs: where the user's notebooks are.
    ended : callable
        Called with the exit code when the process ends while this one lives, from a thread of its own.

    Returns
    -------
    int
        The process id of what was started: the controller, or a wrapper that becomes it.

    Raises
    ------
    StorageUnavailable
        If the archive or the log cannot be written.
    MachineFault
        If the interpreter cannot be started: nothing runs.
    """
    archive, log_path = spec.on_disk.controller_archive, spec.on_disk.controller_log
    write_private(archive, controller_archive())
    argv = [*environment.argv, str(archive), str(spec.on_disk.path)]
    env = environment.variables(os.environ)
    cwd = folder if is_folder(folder) else None
    with storage_errors(log_path, "write"):
        log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    waiter: _Waiter | None = None
    try:
        waiter = _Waiter(spec.cluster_id, ended)
        # Not asyncio's subprocess: that kills its children when the loop closes.
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    except (OSError, RuntimeError) as error:
        if waiter is not None:
            waiter.wait_for(None)
        if isinstance(error, OSError):
            said = of_program(argv[0], error, path=env.get("PATH"), directory=cwd)
            raise MachineFault(said, details=str(error)) from error
        raise  # no thread: see `faults.as_known`
    finally:
        os.close(log)
    waiter.wait_for(process)
    return process.pid


class _Waiter:
    """A thread that waits for a controller's end; started first, for there may be none to be had later."""

    def __init__(self, cluster_id: str, ended: Callable[[int], None]) -> None:
        self._ended = ended
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        threading.Thread(target=self._wait, name=f"wait-{cluster_id}", daemon=True).start()

    def wait_for(self, process: subprocess.Popen[bytes] | None) -> None:
        """Say what was started; None: nothing was."""
        self._process = process
        self._started.set()

    def _wait(self) -> None:
        self._started.wait()
        if self._process is not None:
            self._ended(self._process.wait())
