"""The supervising process: one private Slurm for as long as its input, or a command, lasts.

Protocol, one line each: it writes ``SLURM_CONF=<path>`` when ready; then it reads ``<action> <daemon>``
(start, stop, kill, freeze, thaw, crash; munged, slurmctld, n1, …) and answers ``ok`` or ``error <words>``.
With a command, standard output is the command's, and ``SLURM_CONF=<path>`` goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.slurm import config, processes
from tests.slurm.client import SlurmClient
from tests.slurm.daemons import DaemonError, Daemons
from tests.slurm.options import Options


def main() -> int:
    """Start Slurm, serve until the end, stop Slurm; return the exit code of the command, if any."""
    parser = argparse.ArgumentParser(prog="python -m tests.slurm", description=__doc__.split("\n")[0])
    parser.add_argument("--options", default="{}", help="fields of tests.slurm.Options, as JSON")
    parser.add_argument("command", nargs="*", help="after --: run this with SLURM_CONF set, and end with it")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGINT, _exit)
    processes.adopt_orphans()
    options = Options.from_json(arguments.options)
    # Munge wants every folder above its socket open to all, and other users need the configuration.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    layout = config.new_layout(
        folder, *_free_ports(options.nodes), Path(options.beside) if options.beside else None
    )
    daemons = Daemons(options, layout)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: processes.reap_orphans(daemons.pids()))
    try:
        config.write(options, layout)
        daemons.start_all()
        announce_to = sys.stderr if arguments.command else sys.stdout
        print(f"SLURM_CONF={layout.conf}", file=announce_to, flush=True)
        return _run(arguments.command, options, layout) if arguments.command else _serve(daemons)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:  # TimeoutError is an OSError
        print(f"error {error}", file=sys.stderr, flush=True)
        return 1
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        daemons.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _free_ports(nodes: int) -> tuple[int, int, tuple[int, ...]]:
    """Choose ports below the range from which the kernel gives out its own (ip_local_port_range)."""
    held: list[socket.socket] = []
    try:
        while len(held) < nodes + 2:
            candidate = socket.socket()
            try:
                candidate.bind(("127.0.0.1", random.randrange(10000, 32000)))
            except OSError:
                candidate.close()
            else:
                held.append(candidate)
        controller, accounting, *others = (sock.getsockname()[1] for sock in held)
        return controller, accounting, tuple(others)
    finally:
        for sock in held:
            sock.close()


def _serve(daemons: Daemons) -> int:
    actions: dict[str, Callable[[str], None]] = {
        "start": daemons.start,
        "stop": daemons.stop,
        "freeze": daemons.freeze,
        "thaw": daemons.thaw,
        "kill": daemons.kill,
        "crash": daemons.crash,
    }
    for line in sys.stdin:
        action, _, name = line.strip().partition(" ")
        try:
            actions[action](name)
        except (DaemonError, KeyError, TimeoutError, subprocess.TimeoutExpired) as error:
            print("error", repr(error), flush=True)
        else:
            print("ok", flush=True)
    return 0


def _run(command: list[str], options: Options, layout: config.Layout) -> int:
    process = subprocess.Popen(command, env=SlurmClient(layout.conf, release=options.release).env)
    # The terminal sends Ctrl-C to both: the command decides what it means, and its end is ours.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    except SystemExit:
        process.terminate()
        process.wait(timeout=30)
        raise


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
