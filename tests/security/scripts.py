"""Job scripts as the controller renders them, run by bash: what ran, and what reached the worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_dask_slurm.controller.render.render import SCHEDULER
from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.protocol.models import LaunchSpec, iso_time
from tests.security.hostile import COMPUTED

# Instead of Python: it notes how it was started, but for the call that only clears up.
_WORKER = """#!/bin/sh
case "$2" in --clear) exit 0; esac
printf '%s\\0' "$@" >arguments
/bin/cat /proc/$$/environ >environment
"""
_OURS = {"worker", "arguments", "environment"}


@dataclass(frozen=True)
class Run:
    """What a script did.

    Parameters
    ----------
    commands : list of str
        Each simple command that bash ran, in its own words; those of substitutions begin with ``+``.
    arguments : list of str
        Those that the worker was started with; empty where it was not.
    environment : dict
        The worker's.
    files : set of str
        Those that were made besides.
    """

    commands: list[str]
    arguments: list[str]
    environment: dict[str, str]
    files: set[str]


class Renderer:
    """The process that renders scripts for a Jupyter server, without the server.

    Parameters
    ----------
    folder : Path
        For files of its own.
    environment : mapping
        Variables that it has besides.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        own = folder / "renderer"
        own.mkdir()
        self._stands_in = folder / "stands-in"
        self._stands_in.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_dask_slurm.controller", "--render", str(own)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self._stands_in,
            env={**os.environ, **(environment or {})},
        )

    def script(self, options: dict[str, Any], folder: Path) -> str:
        """Return the script that a cluster of these options would send; raises as `sent` does."""
        return str(self.sent(options, folder)["script"]).replace(SCHEDULER, "127.0.0.1:1")

    def sent(self, options: dict[str, Any], folder: Path) -> dict[str, Any]:
        """Return what a cluster of these options would send, and its effective options.

        Raises
        ------
        InvalidRequest
            Where there is nothing.
        """
        worker = folder / "worker"
        worker.write_text(_WORKER)
        worker.chmod(0o700)
        answer = self._ask(spec_to_render(options, folder, worker))
        if "error" in answer:
            raise InvalidRequest(answer["error"]["message"], field=answer["error"]["field"])
        found: dict[str, Any] = answer["answer"]
        return found

    def _ask(self, spec: LaunchSpec) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"render": spec.to_json()}), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]

    def close(self) -> None:
        """End it; no path that it was given has made it write where it stands."""
        self._process.communicate(timeout=60)
        assert list(self._stands_in.iterdir()) == []


def spec_to_render(options: dict[str, Any], folder: Path, worker: Path) -> LaunchSpec:
    """Return what a controller would be told of such a cluster."""
    return LaunchSpec(
        cluster_id="ocean-0000", name="ocean", backend="slurm", created_at=iso_time(), directory=str(folder),
        socket="", nonce="", python=str(worker), dashboard_path="", scaling={"mode": "manual", "jobs": 1},
        options=options, idle_timeout_s=0,
    )  # fmt: skip


def run_script(script: str, folder: Path) -> Run:
    """Run a script by bash in an otherwise empty folder, where ``X`` has a value that is a trap."""
    done = subprocess.run(
        ["/bin/bash", "-x", "-s"],
        input=script.encode("utf-8"),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "X": COMPUTED},
        capture_output=True,
        timeout=30,
        check=False,
    )
    lines = done.stderr.decode(errors="replace").splitlines()
    return Run(
        [line[1:] for line in lines if line.startswith("+")],
        _entries(folder / "arguments"),
        dict(entry.partition("=")[::2] for entry in _entries(folder / "environment")),
        {path.name for path in folder.iterdir()} - _OURS,
    )


def check_commands(commands: list[str]) -> None:
    """Fail where a script has run anything but what every script runs."""
    ours = re.compile(
        r"JDS_[A-Z]+=|PYTHONPATH=|DASK_DISTRIBUTED__WORKER__HTTP__ROUTES=|export |umask 077$"
        r"|trap 'exit 143' TERM$|trap 'jds --clear' EXIT$|jds --clear$|jds -m "
    )
    others = [command for command in commands if not ours.match(command.strip())]
    # Python itself, twice: for the worker, and to clear up.
    assert len(others) <= 2, others
    assert all("worker.pyz" in command for command in others), others


def _entries(path: Path) -> list[str]:
    return path.read_bytes().decode(errors="replace").split("\0")[:-1] if path.exists() else []
