"""Jupyter is gone from one login node and starts on the other: in the same page the same notebook goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hosts.lab import PROJECT, lab, log_in
from tests.hosts.network import Host, Network
from tests.hosts.site import JupyterOn, Site
from tests.hosts.ssh import forwarded
from tests.hosts.test_controllers_on_nodes import IN_A_JOB
from tests.jupyter.api import working
from tests.slurm.client import wait_until

_JUPYTER, _FORWARDED = 8888, 9000


@pytest.mark.nightly
@pytest.mark.timeout(560)
def test_a_notebook_goes_on_where_jupyter_does(
    site: Site, network: Network, jupyter_on: Callable[[Host], JupyterOn], shared: Path, tmp_path: Path
) -> None:
    laptop = network.host("laptop")
    first, second = site.logins
    jupyter = jupyter_on(first)
    cluster = jupyter.start(name="ocean", options=IN_A_JOB, scaling={"mode": "manual", "jobs": 1})
    before = jupyter.until(cluster["id"], working(1), timeout=180)["controller"]
    (tmp_path / "work").mkdir()
    with _lab_for(laptop, first, shared, tmp_path):
        log_in(laptop, f"http://127.0.0.1:{_FORWARDED}", tmp_path / "cookies.json")
        browser = _browser(laptop, tmp_path)
        wait_until((tmp_path / "moves").exists, "it has seen the first", timeout=300)
    with _lab_for(laptop, second, shared, tmp_path):
        said, _ = browser.communicate(timeout=300)
    assert (browser.returncode, "1 passed" in said) == (0, True), said
    assert jupyter.until(cluster["id"], working(1))["controller"]["pid"] == before["pid"]


@contextmanager
def _lab_for(laptop: Host, login: Host, shared: Path, folder: Path) -> Iterator[None]:
    """Run JupyterLab on a login node, at the same address of the laptop wherever it is."""
    own = folder / f"lab-{login.name}"
    own.mkdir()
    places = (
        f"--DaskSlurmExtension.shared_directory={shared}",
        f"--ServerApp.root_dir={folder / 'work'}",
    )
    with lab(login, own, _JUPYTER, "/", *places), forwarded(laptop, login, own, _FORWARDED, _JUPYTER):
        yield


def _browser(laptop: Host, folder: Path) -> subprocess.Popen[str]:
    """Begin the story, whose page stays open; it makes a file when Jupyter is to move."""
    return subprocess.Popen(
        [*laptop.wrapper, "node_modules/.bin/playwright", "test", "--project=moves",
         f"--output={folder / 'browser'}"],
        cwd=PROJECT / "ui-tests",
        env={
            **os.environ,
            "JUPYTER_URL": f"http://127.0.0.1:{_FORWARDED}",
            "JUPYTER_LOGIN": str(folder / "cookies.json"),
            "MOVES_BY": str(folder / "moves"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
