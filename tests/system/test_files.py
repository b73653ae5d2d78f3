"""Private files: nobody else gets in, nothing is half written, and what fails is said."""

from __future__ import annotations

import os
import resource
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jupyter_dask_slurm.protocol.errors import FileDamaged, StorageUnavailable
from jupyter_dask_slurm.system import files

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make files of another user")
NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_makes_private_directories_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        made = files.make_private_directory(tmp_path / "a" / "b")
    finally:
        os.umask(old)
    assert made == tmp_path / "a" / "b"
    assert mode(made) == mode(made.parent) == 0o700


def test_makes_the_same_directory_twice(tmp_path: Path) -> None:
    files.make_private_directory(tmp_path / "a")
    assert files.make_private_directory(tmp_path / "a").is_dir()


def open_directory(path: Path) -> None:
    path.mkdir()
    path.chmod(0o750)


def link_to_directory(path: Path) -> None:
    target = path.with_name("target")
    target.mkdir(mode=0o700)
    path.symlink_to(target)


def dangling_link(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def plain_file(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (open_directory, "mode 0750"),
        (link_to_directory, "not a directory"),
        (dangling_link, "not a directory"),
        (plain_file, "not a directory"),
    ],
)
def test_refuses_a_premade_directory(tmp_path: Path, prepare: Callable[[Path], None], words: str) -> None:
    path = tmp_path / "a"
    prepare(path)
    with pytest.raises(StorageUnavailable, match=words) as caught:
        files.make_private_directory(path)
    assert str(path) in caught.value.message


@needs_root
def test_refuses_a_directory_of_another_user(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.mkdir(mode=0o700)
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(StorageUnavailable, match="another user"):
        files.make_private_directory(path)


@needs_root
@pytest.mark.parametrize("use", [files.read_private, lambda path: files.append_json_line(path, 1)])
def test_refuses_a_file_of_another_user(tmp_path: Path, use: Callable[[Path], Any]) -> None:
    path = tmp_path / "record.json"
    path.write_text("{}")
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(StorageUnavailable, match="another user"):
        use(path)
    assert path.read_text() == "{}"


def test_writes_0600_and_replaces_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    files.write_json(path, {"name": "océan", "jobs": [1, 2]})
    first = path.stat().st_ino
    files.write_json(path, {"name": "caf\udce9"})  # a file's name that is no UTF-8
    assert files.read_json(path) == {"name": "caf\udce9"}
    assert path.stat().st_ino != first
    assert mode(path) == 0o600
    assert os.listdir(tmp_path) == ["record.json"]


def test_replaces_a_link_and_leaves_its_target_alone(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "record.json").symlink_to(target)
    files.write_private(tmp_path / "record.json", "new")
    assert target.read_text() == "keep"
    assert files.read_private(tmp_path / "record.json") == b"new"


@pytest.mark.parametrize(
    "use",
    [
        files.read_private,
        lambda path: files.create_private(path, "x"),
        lambda path: files.append_json_line(path, 1),
    ],
)
def test_follows_no_link(tmp_path: Path, use: Callable[[Path], Any]) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(StorageUnavailable, match=r"link: (Too many levels|File exists)"):
        use(link)
    assert target.read_text() == "keep"


@pytest.mark.parametrize("use", [files.read_private, lambda path: files.append_json_line(path, 1)])
def test_does_not_hang_on_a_pipe(tmp_path: Path, use: Callable[[Path], Any]) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(StorageUnavailable, match="pipe"):
        use(tmp_path / "pipe")


def test_create_refuses_what_exists(tmp_path: Path) -> None:
    files.create_private(tmp_path / "key.pem", b"one")
    with pytest.raises(StorageUnavailable, match="File exists"):
        files.create_private(tmp_path / "key.pem", b"two")
    assert files.read_private(tmp_path / "key.pem") == b"one"


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_full_disk_keeps_the_old_file_and_names_path_and_reason(tmp_path: Path) -> None:
    """A limit on file sizes is what a quota looks like to a process."""
    path = tmp_path / "record.json"
    files.write_private(path, "old")
    with file_size_limit(4096), pytest.raises(StorageUnavailable, match=r"record\.json: File too large"):
        files.write_private(path, "x" * 10_000)
    assert files.read_private(path) == b"old"
    assert os.listdir(tmp_path) == ["record.json"]


def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    files.append_json_line(path, {"n": 1})
    with file_size_limit(4096), pytest.raises(StorageUnavailable):
        files.append_json_line(path, "x" * 10_000)
    files.append_json_line(path, {"n": 2})
    assert path.read_text() == '{"n": 1}\n{"n": 2}\n'
    assert mode(path) == 0o600


def test_reads_lines_past_a_broken_one(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    assert files.read_json_lines(path) == []
    files.append_json_line(path, {"n": 1})
    with path.open("a") as file:
        file.write('{"n": \n')
    files.append_json_line(path, {"n": "a\nb"})
    assert files.read_json_lines(path) == [{"n": 1}, {"n": "a\nb"}]


def test_tells_missing_from_broken(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read_json(tmp_path / "record.json")
    files.write_private(tmp_path / "record.json", b'{"cut')
    with pytest.raises(FileDamaged, match="Unterminated"):
        files.read_json(tmp_path / "record.json")


def test_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match=r"gone/record\.json: No such file"):
        files.write_private(tmp_path / "gone" / "record.json", "x")
