"""What a job runs instead of ``dask worker`` where only that workers connect counts; see `preloaded`.

It asks for a worker by the job's own command line, environment and output, and lives as long as that does.
Standard library only: it is started in a thirtieth of a second.
"""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import sys
import zipfile
from pathlib import Path
from types import FrameType
from typing import Any

PLACE = "QUICK_WORKERS"
"""The variable with the socket of the process that has Dask loaded."""


_MAIN = """
import sys
import quick_worker
from jupyter_dask_slurm.controller import worker_start

if __name__ == "__main__":
    sys.exit(quick_worker.take_part_in(worker_start, {python!r}, {path!r}))
"""


def main() -> int:
    """Have a worker, and return its exit code."""
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(os.environ[PLACE])

        def pass_on(number: int, frame: FrameType | None) -> None:
            there.send(bytes([number]))

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, pass_on)
        wanted = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": str(Path.cwd())}
        text = json.dumps(wanted).encode()
        socket.send_fds(there, [len(text).to_bytes(4, "big")], [0, 1, 2])
        there.sendall(text)
        code = there.recv(1)
    return code[0] if code else 1


def quick_archive() -> bytes:
    """Return a cluster's ``worker.pyz`` by which Dask's own worker command comes to such a worker too."""
    from jupyter_dask_slurm.controller.backend.worker_archive import worker_archive

    main = _MAIN.format(python=sys.executable, path=str(Path(__file__).parents[2]))
    buffer = io.BytesIO(worker_archive())
    made = io.BytesIO()
    with zipfile.ZipFile(buffer) as usual, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in usual.infolist():
            archive.writestr(entry, main if entry.filename == "__main__.py" else usual.read(entry))
        archive.writestr(zipfile.ZipInfo("quick_worker.py"), Path(__file__).read_text())
    return made.getvalue()


def take_part_in(worker_start: Any, python: str, path: str) -> int:
    """Do as `worker_start` does, but run no module where such a worker will do; returns the exit code."""
    usual = worker_start._run

    def run(module: str) -> None:
        same = sys.executable == python and os.environ.get("PYTHONPATH") in (None, "", path)
        if PLACE not in os.environ or not same or not _will_do(module):
            usual(module)
            return
        sys.argv = [module, *sys.argv[3:]]
        sys.exit(main())

    worker_start._run = run
    return worker_start.main()  # type: ignore[no-any-return]


def _will_do(module: str) -> bool:
    """Return whether one worker without a nanny, of no particular Python, is all that is wanted."""
    several = "--nworkers" in sys.argv and sys.argv[sys.argv.index("--nworkers") + 1] != "1"
    return module == "distributed.cli.dask_worker" and not several


if __name__ == "__main__":
    sys.exit(main())
