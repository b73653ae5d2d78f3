"""A run that leaves something behind fails, unless a test was tried again, and says what."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROJECT = Path(__file__).parents[1]
_LEAVES_BEHIND = """
import subprocess

def test_leaves_a_job(slurm):
    slurm.run("sbatch", "-J", "left-job", "--begin=now+1hour", "--wrap", "true")

def test_leaves_a_process():
    subprocess.Popen(["sleep", "4711"], start_new_session=True)
"""
_FAILS_MIDWAY = """
import subprocess

tries = []

def test_fails_midway():
    tries.append(1)
    if len(tries) == 1:
        subprocess.Popen(["sleep", "4712"], start_new_session=True)
        raise RuntimeError("too slow")
"""
_TIDY = """
def test_tidy(slurm):
    slurm.run("squeue")
"""


def run(tests: Path, *options: str) -> subprocess.CompletedProcess[str]:
    plugins = [f"-p{name}" for name in ("tests.conftest", "tests.slurm.plugin", "tests.leaks")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, *plugins, *options, str(tests)],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [(), pytest.param(("-n", "2"), marks=pytest.mark.nightly)])
def test_names_what_is_left_behind(tmp_path: Path, options: tuple[str, ...]) -> None:
    tests = tmp_path / "test_run.py"
    tests.write_text(_LEAVES_BEHIND)
    done = run(tests, "--leaks-patience=1", *options)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    left = done.stdout.partition("left behind")[2]
    assert "left-job PENDING" in left
    assert "sleep 4711" in left
    assert left.count("process ") == 1


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_what_a_first_try_left_behind_is_named_and_fails_nothing(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    tests = tmp_path / "test_run.py"
    tests.write_text(_FAILS_MIDWAY)
    done = run(tests, "--leaks-patience=1", "--reruns=1", *options)
    assert "1 passed, 1 rerun" in done.stdout, done.stdout + done.stderr
    assert "sleep 4712" in done.stdout.partition("left behind")[2]
    assert done.returncode == pytest.ExitCode.OK


def test_says_nothing_of_a_tidy_run(tmp_path: Path) -> None:
    tests = tmp_path / "test_run.py"
    tests.write_text(_TIDY)
    done = run(tests)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert (done.returncode, "left behind" in done.stdout) == (0, False)
