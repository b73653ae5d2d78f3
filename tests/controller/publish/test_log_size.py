"""The controller's log is emptied in place, for its file is the process's standard output."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_dask_slurm.controller.publish.log_size import bound_log
from jupyter_dask_slurm.protocol.directory import ClusterDirectory


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    """Open a log as it is opened for a controller."""
    descriptor = os.open(tmp_path / "controller.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    yield descriptor
    os.close(descriptor)


def test_a_small_log_stays(tmp_path: Path, log: int) -> None:
    os.write(log, b"12345")
    bound_log(ClusterDirectory(tmp_path), descriptor=log, most_bytes=5)
    assert [path.name for path in tmp_path.iterdir()] == ["controller.log"]


def test_a_large_log_moves_and_writing_goes_on_at_the_start(tmp_path: Path, log: int) -> None:
    for lines in (b"first\n", b"second, longer\n"):
        os.write(log, lines)
        bound_log(ClusterDirectory(tmp_path), descriptor=log, most_bytes=5)
        os.write(log, b"on\n")
    old = tmp_path / "controller.log.1"
    assert (tmp_path / "controller.log").read_bytes() == b"on\n"
    assert old.read_bytes() == b"nger\n"
    assert old.stat().st_mode & 0o777 == 0o600


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "terminal"
    with other.open("wb") as output:
        output.write(b"123456")
        output.flush()
        (tmp_path / "controller.log").write_bytes(b"abcdefg")
        bound_log(ClusterDirectory(tmp_path), descriptor=output.fileno(), most_bytes=5)
    assert other.read_bytes() == b"123456"
    assert (tmp_path / "controller.log").read_bytes() == b"abcdefg"
