"""Starts a kernel once, as Jupyter does, and asks it one expression: a program beside the Jupyter server.

``python -m …jupyter_starts`` reads a question as one line of JSON from its standard input and writes one line
of JSON as the answer. It is a process of its own, for a kernel's provisioner is somebody else's code, which
may take its time. However it ends, nothing that it has started is left: it is who their orphans come to
(prctl(2), ``PR_SET_CHILD_SUBREAPER``). Its standard input closed means that nobody waits any more.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

_SUBREAPER = 36
_ROUNDS, _ROUND_S = 100, 0.02
_WORDS = 8192
_NAME = "asked"


class OneSpec(KernelSpecManager):
    """A manager of kernelspecs that knows one kernel only, and reads it as Jupyter does.

    Parameters
    ----------
    spec : KernelSpec
        Its description.
    """

    def __init__(self, spec: KernelSpec, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._one = spec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return it, whatever it is called."""
        return self._one


def kernel_spec(spec: dict[str, Any], resource_dir: str) -> KernelSpec:
    """Return a kernel's description as an object of jupyter_client; raises where that is impossible."""
    known = {name: value for name, value in spec.items() if name in KernelSpec.class_trait_names()}
    return KernelSpec(**{**known, "resource_dir": resource_dir})


def main() -> None:
    """Answer one question."""
    # Where that cannot be, only what leaves its group stays.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    question = json.loads(sys.stdin.readline())
    try:
        answer = asyncio.run(_answer(question))
    finally:
        end_descendants()
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _answer(question: dict[str, Any]) -> dict[str, Any]:
    task = asyncio.ensure_future(_ask(question))
    over = _watch(asyncio.get_running_loop(), task.cancel, question)
    try:
        return await task
    except asyncio.CancelledError:
        return {"silent": True}
    finally:
        over.set()


async def _ask(question: dict[str, Any]) -> dict[str, Any]:
    spec = kernel_spec(question["spec"], question["resource_dir"])
    manager = AsyncKernelManager(kernel_spec_manager=OneSpec(spec), kernel_name=_NAME)
    answer: dict[str, Any]
    with tempfile.TemporaryFile() as words:
        try:
            asking = _start_and_ask(manager, question, words)
            answer = await asyncio.wait_for(asking, question["limit_s"])
        # Before OSError: from Python 3.11 on it is one.
        except (asyncio.TimeoutError, TimeoutError):
            answer = {"silent": True}
        except OSError as error:
            answer = {"errno": error.errno, "strerror": error.strerror or str(error)}
        except Exception as error:  # noqa: BLE001 - a provisioner may raise anything: it is told
            answer = {"error": f"{error}" or type(error).__name__}
        finally:
            await _end(manager, question["end_limit_s"] / 2)
        words.seek(max(0, words.seek(0, os.SEEK_END) - _WORDS))
        return {**answer, "words": words.read().decode(errors="replace")}


async def _start_and_ask(
    manager: AsyncKernelManager, question: dict[str, Any], words: IO[bytes]
) -> dict[str, Any]:
    await manager.start_kernel(cwd=question["folder"], stdin=None, stdout=words, stderr=words)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=question["limit_s"])
        info = await client.kernel_info(reply=True, timeout=question["limit_s"])
        language = str(info["content"].get("language_info", {}).get("name", ""))
        if not language.lower().startswith("python"):
            return {"language": language}
        reply = await client.execute(
            "pass",
            silent=True,
            store_history=False,
            user_expressions={_NAME: question["expression"]},
            allow_stdin=False,
            reply=True,
            timeout=question["limit_s"],
        )
    finally:
        client.stop_channels()
    found = reply["content"].get("user_expressions", {}).get(_NAME, {})
    return {"said": found.get("data", {}).get("text/plain"), "error": found.get("evalue")}


async def _end(manager: AsyncKernelManager, limit_s: float) -> None:
    # Politely: a container ends with its kernel, and would stay behind if only its client were killed.
    with suppress(Exception, asyncio.TimeoutError):
        if manager.has_kernel:
            await asyncio.wait_for(manager.shutdown_kernel(now=False), limit_s)
    with suppress(Exception):
        await asyncio.wait_for(manager.cleanup_resources(), limit_s)
    with suppress(Exception):
        manager.cleanup_connection_file()


def _watch(
    loop: asyncio.AbstractEventLoop, give_up: Callable[[], Any], question: dict[str, Any]
) -> threading.Event:
    """Have a thread end this process where nobody waits any more, or where its loop is held up."""
    over = threading.Event()

    def watch() -> None:
        select.select([sys.stdin], [], [], question["limit_s"] + question["end_limit_s"])
        if not over.is_set():
            loop.call_soon_threadsafe(give_up)
        if not over.wait(question["end_limit_s"]):
            end_descendants()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    return over


def end_descendants() -> None:
    """Kill all that this process has started, however deep."""
    for _ in range(_ROUNDS):
        found = _descendants()
        if not found:
            return
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_ROUND_S)  # some may be just starting others


def _descendants() -> list[int]:
    """Return the processes below this one that have not ended; those of other users are not ours to end."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError, ValueError, IndexError):
            if Path("/proc", name).stat().st_uid != os.geteuid():
                continue
            # proc(5): after the name in brackets come state and parent.
            state, parent = Path("/proc", name, "stat").read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                children.setdefault(int(parent), []).append(int(name))
    found, waiting = [], [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


if __name__ == "__main__":
    main()
