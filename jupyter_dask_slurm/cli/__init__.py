"""``jupyter dask-slurm``: the clusters of this user from a terminal; needs no Jupyter server.

Exit codes: 0 done, 1 refused or failed (the sentence is on stderr), 2 called wrongly; that of ``run`` is its
script's.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..protocol.errors import DaskSlurmError
from .arguments import parse_words
from .text import visible

if TYPE_CHECKING:
    from ..services import Services


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal cannot show is no reason to show nothing.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if argv is None else list(argv)
    arguments = parse_words(words)
    try:
        if arguments.command == "run":
            if not _is_there(arguments.script):
                print(f"There is no file {visible(arguments.script)}.", file=sys.stderr)
                return 2
            return asyncio.run(_run_script(arguments))
        answer, text = asyncio.run(_run(arguments))
    except DaskSlurmError as error:
        _say_error(error, as_json=arguments.json)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(answer, indent=2) if arguments.json else visible(text, lines=True))
    return 0


async def _run(arguments: argparse.Namespace) -> tuple[Any, str]:
    """Run the command with the user's clusters at hand; return its answer, as JSON values and as text."""
    from .jupyter_config import LazyKernelSpecs, load_settings
    from .subcommands import CHANGES, COMMANDS

    services = load_settings().make_services(LazyKernelSpecs(), Path.cwd(), lambda _id, _cluster: None)
    async with _opened(services):
        if arguments.command in CHANGES:
            services.limits.check_change()
        await services.manager.settle()
        return await COMMANDS[arguments.command](services, arguments)


async def _run_script(arguments: argparse.Namespace) -> int:
    """Run a script on a cluster of its own; returns its exit code."""
    from .jupyter_config import LazyKernelSpecs, load_settings
    from .run.run_script import Run

    changed = asyncio.Event()
    settings = load_settings()
    if "idle_timeout" not in settings.hidden_options:
        # The script knows when it is over; it may compute for hours by itself in between.
        settings.idle_timeout_default_s = 0
    services = settings.make_services(LazyKernelSpecs(), Path.cwd(), lambda _id, _cluster: changed.set())
    async with _opened(services):
        services.limits.check_change()
        return await Run(services, arguments, changed).run()


def _is_there(script: str) -> bool:
    # Python reads its standard input too, a pipe of the shell, and directories.
    return script == "-" or os.path.exists(script)  # noqa: PTH110  no permission is no answer


@asynccontextmanager
async def _opened(services: Services) -> AsyncIterator[None]:
    await services.open()
    try:
        yield
    finally:
        await services.manager.finish_clearing()
        await services.close()


def _say_error(error: DaskSlurmError, *, as_json: bool) -> None:
    if as_json:
        text = json.dumps(error.to_json(), indent=2)
    else:
        text = visible("\n".join(filter(None, (error.message, error.details))), lines=True)
    print(text, file=sys.stderr)
