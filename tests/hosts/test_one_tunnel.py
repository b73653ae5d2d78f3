"""A browser that reaches nothing but one forwarded port has everything: panel, notebook, dashboards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.hosts.https import behind_https
from tests.hosts.lab import PROJECT, lab, log_in
from tests.hosts.network import Host, Network
from tests.hosts.ssh import forwarded
from tests.slurm import Options, Place, PrivateSlurm

_JUPYTER, _HTTPS, _FORWARDED = 8888, 8443, 9000
# As JupyterHub has it, and as Open OnDemand, whose nginx leads to a port of a node.
OF_HUB, OF_NODE = "/user/ann/", "/node/login1/8888/"
LOGIN = "10.99.0.1/24"


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    """Give a login node, and a laptop; no network connects them."""
    with Network(tmp_path) as network:
        login, laptop = network.host("login1"), network.host("laptop")
        network.switch("site", "10.99.0.254/24")
        network.connect(login, "site", "eth0", LOGIN)
        network.gateway(login, "10.99.0.254")
        yield login, laptop


@pytest.mark.nightly
@pytest.mark.timeout(560)
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(("scheme", "base_url"), [("http", OF_HUB), ("https", OF_HUB), ("https", OF_NODE)])
def test_the_main_story_through_one_forwarded_port(
    hosts: tuple[Host, Host], scheme: str, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, laptop = hosts
    with ExitStack() as running:
        place = Place(login.name, LOGIN.partition("/")[0], login.wrapper)
        options = Options(nodes=2, gpus=0, controller_at=place, nodes_at=(place, place))
        slurm = running.enter_context(PrivateSlurm(options))
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        running.enter_context(lab(login, tmp_path, _JUPYTER, base_url))
        port = _JUPYTER
        if scheme == "https":
            port = _HTTPS
            running.enter_context(behind_https(login, tmp_path, port, _JUPYTER))
        running.enter_context(forwarded(laptop, login, tmp_path, _FORWARDED, port))
        _tell_the_story(laptop, f"{scheme}://127.0.0.1:{_FORWARDED}{base_url.rstrip('/')}", tmp_path)


def _tell_the_story(host: Host, url: str, folder: Path) -> None:
    """Run the browser's main story on a host, with JupyterLab at `url`."""
    cookies = folder / "cookies.json"
    log_in(host, url, cookies)
    done = subprocess.run(
        [*host.wrapper, "node_modules/.bin/playwright", "test", "--project=stories", "story.spec.ts",
         f"--output={folder / 'browser'}"],
        cwd=PROJECT / "ui-tests",
        env={**os.environ, "JUPYTER_URL": url, "JUPYTER_LOGIN": str(cookies)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
