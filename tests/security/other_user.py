"""Another user of this machine: a process that has given up being this one, and does as it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).parents[2]
NOBODY = 65534


class OtherUser:
    """A process under another user id.

    It begins as this user, for the interpreter may stand where nobody else can go, imports what it
    needs and then changes its user for good (setresuid(2)).
    """

    def __init__(self, uid: int = NOBODY) -> None:
        self._uid = uid

    def __enter__(self) -> OtherUser:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.security.intruder", str(self._uid)],
            cwd=_PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)

    def tries(self, attack: str, **arguments: Any) -> Any:
        """Return what came of one function of `tests.security.intruder`.

        Raises
        ------
        AssertionError
            If the process has ended instead.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([attack, arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the other user's process has ended"
        return json.loads(answer)
