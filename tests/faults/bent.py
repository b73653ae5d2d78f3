"""Slurm's real commands behind wrappers that count their calls and can be bent."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sacct")

# What may be put between a command and its caller; "$real" is the command itself.
AS_ALWAYS = 'exec "$real" "$@"'
HANGS = "exec sleep 600"
LOSES_ITS_ANSWER = 'out=$("$real" "$@") && sleep 600'
"""The job is made, and whoever asked never hears of it."""
WITH_BANNERS = """\
echo 'Welcome to cluster 7. 4711'
"$real" "$@" || exit
echo '2 of 3 filesystems are up'
"""
WITH_A_BARE_NUMBER = '"$real" "$@" && echo 2026'
"""A site's wrapper writes a line that looks like a job id."""
IS_REFUSED = "echo 'scancel: error: Kill job error on job id 7: Access/permission denied' >&2; exit 1"
LIES = {
    "Invalid user": "echo 'squeue: error: Invalid user: 1000' >&2",
    "nothing at all": "true",
    "a header and no rows": '"$real" "$@" 2>/dev/null | head -n 1',
    "no user below a header": '"$real" "$@" | head -n 1; echo \'squeue: error: Invalid user: 1000\' >&2',
}
"""What ends well and lists none of the jobs that there are; the first as while a name service is away."""
TIMES_OUT = "echo 'slurm_x: error: Socket timed out on send/recv operation' >&2; exit 1"


class BentCommands:
    """Wrappers in a folder that comes first in PATH.

    Parameters
    ----------
    folder : Path
        An empty one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Found now: the wrappers may come first in this process's own PATH later.
        self._real = {command: _real(command) for command in COMMANDS}
        for command in COMMANDS:
            self.bend(command, AS_ALWAYS)

    @property
    def environment(self) -> dict[str, str]:
        """What puts the wrappers first in PATH."""
        return {"PATH": f"{self._folder}:{os.environ['PATH']}"}

    def bend(self, command: str, body: str) -> None:
        """Let `command` do `body`, a piece of shell in which ``$real`` is the command."""
        lines = [
            "#!/bin/sh",
            f'echo "$*" >> {self._folder}/{command}.calls',
            f"real={self._real[command]}",
            body,
        ]
        fresh = self._folder / f".{command}"
        fresh.write_text("\n".join([*lines, ""]))
        fresh.chmod(0o755)
        fresh.replace(self._folder / command)

    def calls(self, command: str) -> list[str]:
        """Return the arguments of each call so far."""
        notes = self._folder / f"{command}.calls"
        return notes.read_text().splitlines() if notes.exists() else []


def _real(command: str) -> str:
    path = shutil.which(command)
    assert path, f"{command} is not installed"
    return path
