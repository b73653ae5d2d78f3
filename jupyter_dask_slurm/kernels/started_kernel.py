"""A kernel that is started once, to learn which Python it is: time-limited, and nothing of it is left.

Only for who has chosen the kernel: some submit jobs or fetch images when they are started.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..system.beside_loop import Child, in_thread
from ..system.json_text import parse_json
from ..system.places import is_folder
from .python_report import EXPRESSION, PythonReport, Silence, cannot_start, last_words
from .specifications import Specification, is_of_language

START_LIMIT_S = 60.0
"""As long as Jupyter itself waits for a kernel."""
END_LIMIT_S = 8.0
"""So long its end may take; then it and what it has started are killed."""
_DIED = "Kernel died"  # jupyter_client's words, where the kernel's own say more
_LINE_LIMIT = 16 * 2**20


@dataclass(frozen=True)
class KernelStarter:
    """Starts kernels where notebooks are.

    Parameters
    ----------
    folder : Path
        The working directory of kernels.
    """

    folder: Path

    async def ask(self, specification: Specification) -> PythonReport | Silence:
        """Start a kernel, return what its Python says of itself, and end it."""
        answer = await self._answer(
            {
                "spec": dict(specification.spec),
                "resource_dir": str(specification.folder or ""),
                "folder": str(self.folder if await in_thread(is_folder, self.folder) else "/"),
                "limit_s": START_LIMIT_S,
                "end_limit_s": END_LIMIT_S,
                "expression": EXPRESSION,
            }
        )
        # Why it cannot be started is read from the disk.
        return await in_thread(_understood, answer, specification)

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        # With all variables of Jupyter's, as its kernels have them.
        argv = [sys.executable, "-m", f"{__package__}.jupyter_starts"]
        child = await Child.start(
            argv, environment=os.environ, directory=Path("/"), line_limit=_LINE_LIMIT, heard=False
        )
        try:
            child.stdin.write(json.dumps(question).encode("ascii") + b"\n")
            limit_s = START_LIMIT_S + 3 * END_LIMIT_S
            answer = parse_json(await asyncio.wait_for(child.stdout.readline(), limit_s))
            return answer if isinstance(answer, dict) else {}
        except (ValueError, asyncio.TimeoutError):
            return {}
        finally:
            await _let_end(child)


async def _let_end(child: Child) -> None:
    """End the program that started the kernel; what it started ends with it."""
    child.stdin.close()
    # Also where this is cancelled, for example because Jupyter ends.
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(child.wait(), 2 * END_LIMIT_S)
    await child.end()


def _understood(answer: dict[str, Any], specification: Specification) -> PythonReport | Silence:
    if answer.get("said") is None:
        return _failure(answer, specification)
    try:
        return PythonReport.from_repr(answer["said"])
    except ValueError:
        return Silence("does not run Python of its own: it does not tell which one it is")


def _failure(answer: dict[str, Any], specification: Specification) -> Silence:
    said = last_words(str(answer.get("words", "")).encode())
    if not answer:
        return Silence("does not answer: what starts it was held up, and ended")
    if answer.get("language") is not None:
        return Silence(is_of_language(answer["language"] or "strange"))
    if answer.get("errno") is not None:
        error = OSError(answer["errno"], answer["strerror"])
        return cannot_start(specification.argv[0], error, {**os.environ, **specification.env})
    if answer.get("silent"):
        heard = f". It had said: {said}" if said else ""
        return Silence(f"does not answer: it said nothing within {START_LIMIT_S:.0f} s{heard}")
    return _broken(str(answer.get("error") or _DIED), said)


def _broken(error: str, words: str) -> Silence:
    if not error.startswith(_DIED):
        return Silence(f"cannot be started: {error} ({words})" if words else f"cannot be started: {error}")
    if words:
        return Silence(f"cannot be started: {words}")
    return Silence("cannot be started: it ended before it answered")
