"""Directories of sockets that nobody needs any more are removed, and no others."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from jupyter_dask_slurm.launch.stale_sockets import OLD_S, remove_stale_sockets


def make(place: Path, name: str, *, age_s: float = OLD_S + 60) -> Path:
    directory = place / name
    directory.mkdir(mode=0o700)
    _age(directory, age_s)
    return directory


def listen(directory: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(directory / "socket"))
    listener.listen()
    _age(directory, OLD_S + 60)
    return listener


def _age(path: Path, age_s: float) -> None:
    then = time.time() - age_s
    os.utime(path, (then, then))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for sockets; their paths must be short."""
    monkeypatch.chdir(tmp_path)
    return Path()


def test_only_old_ones_of_this_user_behind_which_nobody_listens_are_removed(place: Path) -> None:
    never_used = make(place, "dask-slurm-a")
    dead = make(place, "dask-slurm-b")
    listen(dead).close()
    lives, young = make(place, "dask-slurm-c"), make(place, "dask-slurm-d", age_s=0)
    with_more = make(place, "dask-slurm-e")
    (with_more / "notes").touch()
    _age(with_more, OLD_S + 60)
    open_to_others, of_others = make(place, "dask-slurm-f"), make(place, "ssh-g")
    open_to_others.chmod(0o755)
    (place / "dask-slurm-link").symlink_to(of_others, target_is_directory=True)
    with listen(lives):
        assert sorted(remove_stale_sockets((str(place),))) == [never_used, dead]
        assert lives.exists()
    left = {path.name for path in place.iterdir()}
    assert left == {path.name for path in (lives, young, with_more, open_to_others, of_others)} | {
        "dask-slurm-link"
    }


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's directory")
def test_another_users_is_left_alone(place: Path) -> None:
    theirs = make(place, "dask-slurm-a")
    os.chown(theirs, 65534, 65534)
    assert remove_stale_sockets((str(place),)) == []
    assert theirs.exists()


def test_nothing_is_removed_where_others_choose_the_names(place: Path) -> None:
    old, beside = make(place, "dask-slurm-a"), make(place, "dask-slurm-a-b")
    (beside / "thesis").touch()
    place.chmod(0o777)
    assert remove_stale_sockets((str(place),)) == []
    assert (old.exists(), (beside / "thesis").exists()) == (True, True)
    place.chmod(0o1777)
    assert remove_stale_sockets((str(place),)) == [old]
    assert not beside.exists()
