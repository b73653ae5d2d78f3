"""Counts calls of Slurm's commands: a wrapper in PATH notes the call, then the real command runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

COMMANDS = ("sbatch", "squeue", "scancel", "scontrol", "sacct", "sinfo")


class CountedCommands:
    """Wrappers around Slurm's real commands.

    Parameters
    ----------
    folder : Path
        An empty one for wrappers and notes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for command in COMMANDS:
            real = shutil.which(command)
            assert real, f"{command} is not installed"
            wrapper = folder / command
            wrapper.write_text(f'#!/bin/sh\necho "$*" >> {folder}/{command}.calls\nexec {real} "$@"\n')
            wrapper.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """What puts the wrappers first in PATH."""
        return {"PATH": f"{self._folder}:{os.environ['PATH']}"}

    def calls(self, command: str) -> list[str]:
        """Return the arguments of each call so far."""
        notes = self._folder / f"{command}.calls"
        return notes.read_text().splitlines() if notes.exists() else []
