"""A controller that is forked for a test fails as one that was started, in the same words."""

from __future__ import annotations

import gc
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.controller.preloaded import PRELOADED

MODULE = "jupyter_dask_slurm.controller"


@pytest.mark.parametrize(
    ("options", "question", "has_traceback"), [((), "", False), (("--render",), "no JSON", True)]
)
def test_a_fault_is_told_as_ever(
    tmp_path: Path, options: tuple[str, ...], question: str, has_traceback: bool
) -> None:
    arguments = [*options, str(tmp_path / "nothing")]
    asked, log = tmp_path / "asked", tmp_path / "log"
    asked.write_text(question)
    with asked.open("rb") as its_input, log.open("wb") as output:
        argv = [sys.executable, "-m", MODULE, *arguments]
        started = subprocess.run(argv, stdin=its_input, stdout=output, stderr=output, check=False)
    said = log.read_text()
    with asked.open("rb") as its_input, log.open("wb") as output:
        files = its_input.fileno(), output.fileno(), output.fileno()
        forked = PRELOADED.controller([argv[0], *argv[2:]], os.environ, files)
    assert forked.wait(60) == started.returncode == 1
    assert last_line(log.read_text()) == last_line(said)
    assert ("Traceback" in log.read_text(), "Traceback" in said) == (has_traceback, has_traceback)


def test_one_that_never_began_is_no_process(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as output, Path(os.devnull).open("rb") as nothing:
        files = nothing.fileno(), output.fileno(), output.fileno()
        with pytest.raises(ChildProcessError):
            PRELOADED.controller([sys.executable, MODULE], os.environ, files, folder=tmp_path / "nowhere")
    assert "FileNotFoundError" in (tmp_path / "log").read_text()


@pytest.mark.parametrize("is_waited_for", [True, False])
def test_one_that_is_killed_at_once_leaves_nothing_open(tmp_path: Path, is_waited_for: bool) -> None:
    with Path(os.devnull).open("r+b") as nothing:
        files = nothing.fileno(), nothing.fileno(), nothing.fileno()
        PRELOADED.controller([sys.executable, MODULE], os.environ, files).wait(60)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(10):
            forked = PRELOADED.controller([sys.executable, MODULE, str(tmp_path)], os.environ, files)
            forked.kill()
            if is_waited_for:
                assert forked.wait(60) in (-signal.SIGKILL, 1)  # where it was quicker
            del forked
        gc.collect()
    assert len(os.listdir("/proc/self/fd")) < before


def last_line(log: str) -> str:
    """Return the last line without its time."""
    return re.sub(r"^[-\d]+ [:,\d]+ ", "", log.splitlines()[-1])
