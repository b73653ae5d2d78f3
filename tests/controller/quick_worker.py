"""What a job runs instead of ``dask worker`` where only that workers connect counts; see `preloaded`.

It asks for a worker by the job's own command line, environment and output, and lives as long as that does.
Standard library only: it is started in a thirtieth of a second.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

PLACE = "QUICK_WORKERS"
"""The variable with the socket of the process that has Dask loaded."""


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
        socket.send_fds(there, [len(text).to_bytes(4, "big")], [1, 2])
        there.sendall(text)
        code = there.recv(1)
    return code[0] if code else 1


if __name__ == "__main__":
    sys.exit(main())
