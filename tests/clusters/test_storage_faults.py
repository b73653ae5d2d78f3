"""The disk under the clusters is full, read-only or gone: they go on, and what cannot be done is said."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")


@pytest.fixture
def small_disk(shared: Path) -> Iterator[Path]:
    """Put clusters on a file system of their own, of a few megabytes."""
    shared.mkdir(mode=0o700)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "jds-test", shared], check=True, timeout=30
    )
    yield shared
    # Lazily: a controller that ends may still have its log open.
    subprocess.run(["umount", "--lazy", shared], check=True, timeout=30)


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)) == 65536:
                pass
        except OSError:
            pass
    yield
    filler.unlink()


@contextmanager
def _read_only(disk: Path) -> Iterator[None]:
    # Another mount above the first: files that are open for writing would keep that from becoming read-only.
    subprocess.run(["mount", "--bind", disk, disk], check=True, timeout=30)
    subprocess.run(["mount", "-o", "remount,bind,ro", disk], check=True, timeout=30)
    yield
    subprocess.run(["umount", "--lazy", disk], check=True, timeout=30)


def _has_problem(code: str) -> Callable[[dict[str, Any]], bool]:
    return lambda cluster: code in {problem["code"] for problem in cluster["problems"]}


def _has_none(cluster: dict[str, Any]) -> bool:
    return not cluster["problems"]


@pytest.mark.parametrize("broken", [_full, _read_only])
def test_running_clusters_go_on_and_new_ones_are_refused(
    jupyter: Callable[..., Jupyter], small_disk: Path, broken: Callable[[Path], Any]
) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    path = f"clusters/{cluster['id']}"
    server.until(cluster["id"], working(1))
    with broken(small_disk):
        refused = server.call("POST", "clusters", {"backend": "local"})
        assert (refused.status_code, refused.json()["reason"]) == (503, "StorageUnavailable")
        assert str(small_disk) in refused.json()["message"]
        more = server.call("PATCH", path, {"scaling": {"mode": "manual", "jobs": 2}})
        assert more.status_code == 200, more.text
        scaled = server.until(cluster["id"], lambda one: working(2)(one) and _has_problem("storage")(one))
        (problem,) = scaled["problems"]
        assert str(small_disk) in problem["message"] + (problem["details"] or "")
        assert [one["id"] for one in server.clusters()] == [cluster["id"]]
    server.until(cluster["id"], _has_none, timeout=90)
    assert server.call("DELETE", path).status_code == 202
    server.until_gone(cluster["id"])


def test_removed_under_a_running_cluster_it_can_still_be_used_and_stopped(
    jupyter: Callable[..., Jupyter], shared: Path
) -> None:
    server = jupyter()
    cluster = server.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    path = f"clusters/{cluster['id']}"
    server.until(cluster["id"], working(1))
    shutil.rmtree(shared)
    server.until(cluster["id"], _has_problem("storage"), timeout=90)
    assert server.call("GET", f"{path}/jobs").status_code == 200
    assert server.call("DELETE", path).status_code == 202
    server.until_gone(cluster["id"])


def test_workers_of_this_machine_say_that_processes_have_no_place_for_their_locks(
    jupyter: Callable[..., Jupyter],
) -> None:
    unwritable = 'mount -t tmpfs -o ro jds-test /dev/shm && exec "$@"'
    server = jupyter(["unshare", "--mount", "sh", "-c", unwritable, "sh"])
    body = {"backend": "local", "options": SMALL, "scaling": {"mode": "manual", "jobs": 1}}
    cluster = server.call("POST", "clusters", body).json()
    (problem,) = server.until(cluster["id"], lambda c: bool(c["problems"]))["problems"]
    assert "/dev/shm, where processes keep their locks, cannot be written" in problem["message"]
    assert "administrators" in problem["message"]
    assert "Read-only file system" in problem["details"]
