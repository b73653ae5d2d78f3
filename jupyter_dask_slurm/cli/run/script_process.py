"""The script of a run, as a process: its streams are ours, its exit code is that of the run."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress

from ...protocol.errors import MachineFault
from ...system.event_loop.first_of import first_of
from ...system.faults import of_program

OWN_END_S = 4.0
"""A terminal's Ctrl-C reaches the script too: so long it may take to end by it, in seconds."""
TERM_S = 20.0
"""So long it may take to end when it was told to, in seconds: it may have results to save."""

GIVEN_UP = 1
"""The exit code of a run whose script was ended because its cluster is hopeless."""


class Signals:
    """Signals by which a run is told to end; the first is kept, a second one hurries.

    Attributes
    ----------
    number : signal.Signals or None
        The first that came.
    told, again : asyncio.Event
        Set by the first, and by each later one.
    """

    def __init__(self) -> None:
        self.number: signal.Signals | None = None
        self.told = asyncio.Event()
        self.again = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._heard, number)

    def _heard(self, number: signal.Signals) -> None:
        (self.again if self.told.is_set() else self.told).set()
        self.number = self.number or number


async def start_script(command: Sequence[str], environ: Mapping[str, str]) -> Process:
    """Start a script, in the foreground where we are.

    Raises
    ------
    MachineFault
        Nothing was started.
    """
    try:
        return await asyncio.create_subprocess_exec(*command, env=dict(environ))
    except OSError as error:
        said = of_program(command[0], error, path=environ.get("PATH"), directory=None)
        raise MachineFault(said, details=str(error)) from error


async def exit_code(script: Process, signals: Signals, given_up: asyncio.Event) -> int:
    """Wait for the end of a script and return its exit code, as a shell has it.

    Where a signal ends us and the script does not end by itself, it is ended, and the code is the signal's.
    Where it is given up, it is ended, and the code says that it failed, whatever it makes of that.
    """
    await first_of(script.wait(), signals.told.wait(), given_up.wait())
    is_ended = script.returncode is None
    if is_ended:
        await _end(script, signals)
    code = await script.wait()
    if is_ended and signals.number is None:
        return GIVEN_UP
    if code < 0:
        return 128 + (signals.number or -code)
    return code


async def _end(script: Process, signals: Signals) -> None:
    """Have a script end: by what it has heard itself, else by SIGTERM, else by SIGKILL."""
    if signals.number == signal.SIGINT:
        await first_of(script.wait(), signals.again.wait(), seconds=OWN_END_S)
    for number in (signal.SIGTERM, signal.SIGKILL):
        if script.returncode is not None:
            return
        with suppress(ProcessLookupError):
            script.send_signal(signal.SIGKILL if signals.again.is_set() else number)
        await first_of(script.wait(), signals.again.wait(), seconds=TERM_S)
