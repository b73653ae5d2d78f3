"""A controller whose machine's clock can be moved while it runs.

Only what Python calls the time is moved, in the controller alone: Slurm's commands, the jobs and this test
keep the true one, as where the clock of one host is set. A library put before libc (libfaketime) would reach
those too, through the environment that sbatch hands on, moves monotonic clocks unless it is told not to, and
has to be installed.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path

_SHIM = """
import sys
if any(word.endswith(("jupyter_dask_slurm.controller", "controller.pyz")) for word in sys.orig_argv):
    import mmap, struct, time
    with open({path!r}, "rb") as file:
        ahead = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    true_time, true_ns = time.time, time.time_ns
    time.time = lambda: true_time() + struct.unpack_from("d", ahead)[0]
    time.time_ns = lambda: true_ns() + int(struct.unpack_from("d", ahead)[0] * 1e9)
"""


class MovedClock:
    """What a controller's Python takes for the time.

    Parameters
    ----------
    folder : Path
        An empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / "ahead"
        path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), 8)
        (folder / "sitecustomize.py").write_text(_SHIM.format(path=str(path)))

    @property
    def environment(self) -> dict[str, str]:
        """What lets Python find it before it runs anything."""
        others = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        return {"PYTHONPATH": os.pathsep.join([str(self._folder), *others])}

    def set_ahead(self, seconds: float) -> None:
        """Move the clock to so many seconds after the true time."""
        struct.pack_into("d", self._ahead, 0, seconds)
