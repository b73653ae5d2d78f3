"""The site of a test, and Jupyter servers on its login nodes. Only root can make hosts, not everywhere."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hosts.ledger import Ledger
from tests.hosts.network import Host, Network
from tests.hosts.site import JupyterOn, Site, hosts, slurm_options
from tests.jupyter.controllers import end_controllers
from tests.slurm import PrivateSlurm

_TRY_HOSTS = ("unshare", "--net", "--uts", "--mount", "ip", "link", "add", "name", "switch", "type", "bridge")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what needs hosts where none can be made."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    if mine and subprocess.run(_TRY_HOSTS, capture_output=True, check=False).returncode:
        for item in mine:
            item.add_marker(
                pytest.mark.skip(reason="no network namespaces can be made here; root mostly can")
            )


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    """Give a network without hosts."""
    with Network(tmp_path) as network:
        yield network


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Give the ledger of the site's Slurm, which keeps one for tests that ask for it."""
    return Ledger(tmp_path)


@pytest.fixture
def site(
    request: pytest.FixtureRequest, isolation: None, network: Network, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Give a site of this test's own."""
    logins, nodes, head = hosts(network)
    options = slurm_options(nodes, head)
    if "ledger" in request.fixturenames:
        options = request.getfixturevalue("ledger").kept_by(options)
    with PrivateSlurm(options) as slurm:
        monkeypatch.setenv("SLURM_CONF", str(slurm.conf))
        yield Site(network, logins, nodes, slurm)


@pytest.fixture
def jupyter_on(site: Site, tmp_path: Path, shared: Path) -> Iterator[Callable[[Host], JupyterOn]]:
    """Start Jupyter servers on hosts; all have ended, and all controllers, while Slurm is still there."""
    started: list[JupyterOn] = []

    def start(host: Host) -> JupyterOn:
        folder = tmp_path / f"{host.name}-{len(started)}"
        folder.mkdir()
        started.append(JupyterOn(host, folder))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)
    end_controllers(shared)
