"""Run one of Slurm's commands: a time limit, a clean environment, typed errors.

Everything that the package wants of Slurm goes through `run`, and what only asks through `ask`, for which a
success is not yet an answer. What Slurm answers is told apart by what it means for the caller:
`SlurmUnreachable` did nothing for certain, `SlurmAmbiguous` may have done it, `SlurmRefused` understood and
said no (`SlurmNotYet`: for now). For a submission the difference decides between "send again" and "look it
up first".
"""

from __future__ import annotations

import asyncio
import errno
import re
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from ..protocol.errors import (
    FAULTS_OF_THIS_MACHINE,
    DaskSlurmError,
    SlurmAmbiguous,
    SlurmCommandBroke,
    SlurmMissing,
    SlurmNotAsked,
    SlurmNotYet,
    SlurmRefused,
    SlurmUnavailable,
    SlurmUnreachable,
)
from ..protocol.models import iso_time
from ..system.beside_loop import CutShort, run_to_end
from ..system.faults import of_program
from ..system.places import is_there
from ..system.processes import hostname
from .address.variables import TOKEN, command_environment, expired
from .address.which_cluster import addressed, chosen, why_out_of_reach, without_banner
from .patience import Patience
from .refusals import not_yet, words_of

TIMEOUT_S = 20.0
"""Longer than Slurm's ``MessageTimeout`` of 10 s, so that its words come before our knife; see `patience`."""

# What slurm_errno.c says when the request has certainly not arrived.
_NOTHING_DONE = (
    "Unable to contact slurm controller (connect failure)",
    "Could not establish a configuration source",
    "Unable to process configuration file",
    "Rate limit exceeded",
)
# What it says when the request may have arrived and the answer has not.
_MAYBE_DONE = (
    "Socket timed out on send/recv operation",
    "Unable to contact slurm controller",
    "Zero Bytes were transmitted or received",
    "Communication connection failure",
    "Message send failure",
    "Message receive failure",
    "Communication shutdown failure",
    "Unexpected message received",
    "Protocol authentication error",
    "Slurm backup controller in standby mode",
    "Connection reset by peer",
    "Connection refused",
)
# Slurm's commands write "squeue: error: …", its library "slurm_load_jobs error: …".
_TROUBLE = re.compile(r"(?:^|\s)(?:error|fatal): |Invalid user", re.MULTILINE)
_MOST_WORDS = 2000
# What a shell, or the system's loader, exits with where it cannot start what was asked for.
_NOT_BEGUN = (126, 127)
# What this machine refused to a command that ran already.
_BROKE_HERE = (
    "pthread_create",
    "fork: ",
    "Cannot allocate memory",
    "Too many open files",
    "Resource temporarily unavailable",
)
_MOST_SAID = 500


@dataclass(frozen=True)
class Answer:
    """What a command that succeeded has written."""

    stdout: str
    stderr: str


async def run(
    argv: Sequence[str],
    *,
    stdin: str = "",
    timeout_s: float = TIMEOUT_S,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    until: re.Pattern[bytes] | None = None,
) -> Answer:
    """Run a command to its end and return what it wrote.

    Parameters
    ----------
    argv : sequence of str
        The command and its arguments; no shell sees them.
    stdin : str, optional
        Text for its standard input.
    timeout_s : float, optional
        After so many seconds the command and what it started are killed.
    environment : mapping, optional
        By default `variables.command_environment`.
    directory : Path, optional
        Where it runs.
    until : re.Pattern, optional
        The command is killed as soon as this stands on its standard error: it would wait too long.

    Raises
    ------
    SlurmMissing
        There is no such command here.
    SlurmNotAsked
        This machine did not start the command; the sentence says what it lacks.
    SlurmUnreachable
        slurmctld could not be contacted, or Slurm is not configured here: certainly nothing was done.
    SlurmCommandBroke
        This machine did not let the command finish.
    SlurmAmbiguous
        Timed out, killed, or the connection broke: it may have been done. `details` has what it had written.
    SlurmNotYet
        Slurm said no, and may say yes later.
    SlurmRefused
        Slurm said no; `details` has its words.
    """
    environment = command_environment() if environment is None else environment
    exit_code, answer = await _execute(
        argv, stdin=stdin, timeout_s=timeout_s, environment=environment, directory=directory, until=until
    )
    if exit_code:
        raise _with_cause(classify(argv[0], exit_code, answer.stderr), environment)
    return answer


async def ask(
    argv: Sequence[str],
    *,
    proof: re.Pattern[str],
    whole: bool = False,
    in_turn: bool = True,
    timeout_s: float = TIMEOUT_S,
) -> str:
    """Run a command that only asks and return what it wrote, if that can be read as an answer.

    A success is none: while a name service is away, squeue ends well, lists nothing, and says
    ``error: Invalid user`` on stderr only (22.05, tried). So nothing counts as "there is nothing" but an
    answer that says so.

    Parameters
    ----------
    argv : sequence of str
        The command and its arguments.
    proof : re.Pattern
        What stands in every answer, also in one that lists nothing: the header.
    whole : bool, optional
        Where `proof` is there, all is: neither exit code nor words on stderr take anything from it.
    in_turn : bool, optional
        One call at a time in this process: politeness to slurmctld.
    timeout_s : float, optional
        After so many seconds the command and what it started are killed.

    Raises
    ------
    SlurmMissing, SlurmUnreachable, SlurmRefused
        As `run`.
    SlurmAmbiguous
        As `run`; also where it ended well and gave no answer. Nothing is known: ask again.
    """
    environment = command_environment()
    async with _turn() if in_turn else nullcontext():
        exit_code, answer = await _execute(argv, timeout_s=timeout_s, environment=environment)
    proven = proof.search(answer.stdout) is not None
    if proven and whole:
        return answer.stdout
    if exit_code:
        raise _with_cause(classify(argv[0], exit_code, answer.stderr), environment)
    if not proven or _TROUBLE.search(answer.stderr):
        said = _said(answer.stderr)
        message = f"{argv[0]} ended well, but what it wrote is no answer{f': {said}' if said else ''}."
        raise _with_cause(SlurmAmbiguous(message, details=_written(answer)), environment)
    return answer.stdout


async def _execute(
    argv: Sequence[str],
    *,
    stdin: str = "",
    timeout_s: float,
    environment: Mapping[str, str],
    directory: Path | None = None,
    until: re.Pattern[bytes] | None = None,
) -> tuple[int, Answer]:
    """Run a command to its end; return its exit code, as subprocess has it, and what it wrote."""
    _check_configuration(argv[0], environment)
    argv = addressed(argv)
    is_usual = timeout_s == TIMEOUT_S
    timeout_s = _patience.limit_s(timeout_s) if is_usual else timeout_s
    try:
        done = await run_to_end(
            argv,
            stdin=stdin.encode(),
            timeout_s=timeout_s,
            environment=environment,
            directory=directory,
            until=until,
        )
    # Before OSError: from Python 3.11 on it is one.
    except CutShort as cut:
        if is_usual and not cut.in_vain:
            _patience.was_late()
        answer = _as_text(argv[0], cut.stdout, cut.stderr)
        what = "waits, and was not waited for" if cut.in_vain else f"did not answer within {timeout_s:g} s"
        said = _said(answer.stderr)
        message = f"{argv[0]} {what}{f': {said}' if said else ''}."
        raise SlurmAmbiguous(message, details=_written(answer)) from cut
    except OSError as error:
        raise _not_run(argv[0], error, environment.get("PATH"), directory) from error
    return done.exit_code, _as_text(argv[0], done.stdout, done.stderr)


def _as_text(command: str, stdout: bytes, stderr: bytes) -> Answer:
    return Answer(without_banner(command, stdout.decode(errors="replace")), stderr.decode(errors="replace"))


def _written(answer: Answer) -> str | None:
    """Return all that a command wrote where that was no answer: complaints first."""
    return "\n".join(filter(None, (answer.stderr.strip(), answer.stdout.strip()[:_MOST_WORDS]))) or None


def _said(stderr: str) -> str:
    """Return what a command said, as far as a sentence holds it."""
    words = words_of(stderr)
    return f"{words[:_MOST_SAID]}{'…' if len(words) > _MOST_SAID else ''}"


async def run_in_turn(
    argv: Sequence[str],
    *,
    stdin: str = "",
    timeout_s: float = TIMEOUT_S,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    until: re.Pattern[bytes] | None = None,
) -> Answer:
    """Do as `run`, but one call at a time in this process: politeness to slurmctld."""
    async with _turn():
        return await run(
            argv, stdin=stdin, timeout_s=timeout_s, environment=environment, directory=directory, until=until
        )


def classify(command: str, exit_code: int, stderr: str) -> DaskSlurmError:
    """Return the error that a failed command amounts to; pure.

    Parameters
    ----------
    command : str
        Its name, for the message.
    exit_code : int
        As subprocess has it: negative for a signal.
    stderr : str
        Slurm's own words; they become `details`.
    """
    words = stderr.strip()
    said = _said(words)
    later = not_yet(words)
    fault = None if later and exit_code > 0 else _fault_of_this_machine(command, exit_code, words)
    if fault is not None:
        return fault
    if later:
        return SlurmNotYet(later.sentence, details=words, in_part=later.in_part)
    if out_of_reach := why_out_of_reach(words):
        return SlurmUnreachable(out_of_reach, details=f"{out_of_reach}\n{words}")
    if any(text in words for text in _NOTHING_DONE):
        return SlurmUnreachable(f"Slurm does not answer{f': {said}' if said else ''}.", details=words)
    if not words or any(text in words for text in _MAYBE_DONE):
        heard = f": {said}" if said else f" and said nothing (exit code {exit_code})"
        return SlurmAmbiguous(f"{command} failed on its way to Slurm{heard}.", details=words or None)
    return SlurmRefused(f"Slurm refused{f': {said}' if said else ''}.", details=words)


def _fault_of_this_machine(command: str, exit_code: int, words: str) -> DaskSlurmError | None:
    said = _said(words)
    heard = f": {said}" if said else ""
    if exit_code < 0:
        name = _signal_name(-exit_code)
        return SlurmCommandBroke(f"{command} was killed by {name} on {hostname()}.", details=words or None)
    if exit_code in _NOT_BEGUN:
        return SlurmNotAsked(f"{command} does not start on {hostname()}{heard}.", details=words)
    if any(text in words for text in _BROKE_HERE):
        return SlurmCommandBroke(f"{command} broke off on {hostname()}{heard}.", details=words)
    return None


def _with_cause(error: DaskSlurmError, environment: Mapping[str, str]) -> DaskSlurmError:
    """Name the cause where a token has ended: Slurm then says nothing useful."""
    ended = expired(environment)
    of_this_machine = isinstance(error, FAULTS_OF_THIS_MACHINE)
    if ended is None or of_this_machine or not isinstance(error, SlurmUnavailable):
        return error
    return type(error)(
        f"Your token for Slurm ({TOKEN}) ended at {iso_time(ended)}. Slurm answers again once "
        "Jupyter is started with a fresh one, which its clusters then get too.",
        details=error.details,
    )


def _not_run(command: str, error: OSError, path: str | None, directory: Path | None) -> DaskSlurmError:
    """Return what it means that a command did not start: it is not here, or this machine is exhausted."""
    about_directory = directory is not None and str(error.filename) == str(directory)
    is_missing = error.errno in (errno.ENOENT, errno.EACCES, errno.ENOEXEC, errno.ENOTDIR)
    kind = SlurmMissing if is_missing and not about_directory else SlurmNotAsked
    return kind(of_program(command, error, path=path, directory=directory), details=str(error))


def _check_configuration(command: str, environment: Mapping[str, str]) -> None:
    # Slurm's commands look for a missing file for a whole minute before they say so.
    conf = environment.get("SLURM_CONF")
    if conf and not is_there(conf) and shutil.which(command, path=environment.get("PATH")):
        raise SlurmNotAsked(f"Slurm's configuration {conf}, which SLURM_CONF names, does not exist.")


_patience = Patience()
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str | None, asyncio.Lock]] = WeakKeyDictionary()


def _turn() -> asyncio.Lock:
    # A lock belongs to one event loop; the command line and tests run several, one after another. And each
    # Slurm cluster has its own: one that hangs does not keep us from the others.
    return _turns.setdefault(asyncio.get_running_loop(), {}).setdefault(chosen(), asyncio.Lock())


def _signal_name(number: int) -> str:
    with suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
