"""A site: two login nodes and three compute nodes, each a host; one Slurm and one home directory for all.

The login nodes also have a network that the compute nodes do not reach, and their way out leads through it:
what asks for "the address of this host" gets the wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.hosts.network import Host, Network
from tests.jupyter.server import Jupyter
from tests.slurm import Options, Partition, Place, PrivateSlurm
from tests.slurm.client import wait_until

REACHED, UNREACHED = "site0", "office0"
"""The interfaces of a login node: that on the network of the compute nodes, and the other."""
_CPUS = 2
ONE_NODE = {"cores": _CPUS, "processes": 1, "memory": "500 MB", "scheduler_interface": REACHED}
"""Jobs of which each takes a node."""


class JupyterOn(Jupyter):
    """A Jupyter server on a host, asked from there."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        super().__init__(folder, host.wrapper)

    def call(
        self, method: str, path: str, body: Any = None, *, below: str = "dask-slurm/api/"
    ) -> requests.Response:
        """Call from the host itself: Jupyter listens on its loopback."""
        with self.host.inside():
            return super().call(method, path, body, below=below)

    def start(self, **body: Any) -> dict[str, Any]:
        """Start a cluster and return it."""
        answer = self.call("POST", "clusters", body)
        assert answer.status_code == 201, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def jobs(self, cluster_id: str, phase: str) -> dict[str, dict[str, Any]]:
        """Return the jobs in a phase by their nodes, as soon as all of those are known."""
        found: list[dict[str, Any]] = []

        def placed() -> bool:
            found[:] = self.call("GET", f"clusters/{cluster_id}/jobs").json()
            found[:] = [job for job in found if job["phase"] == phase]
            return all(job["node"] for job in found)

        wait_until(placed, "Slurm has told where the jobs are", timeout=90)
        return {job["node"]: job for job in found}


@dataclass(frozen=True)
class Site:
    """The hosts, and what a test does to them."""

    network: Network
    logins: tuple[Host, Host]
    nodes: tuple[Host, ...]
    slurm: PrivateSlurm

    def node(self, name: str) -> Host:
        """Return the host of a Slurm node, which has the same name."""
        return next(node for node in self.nodes if node.name == name)

    def cut(self, node: str) -> None:
        """Pull a node's cable."""
        self.network.cut(self.node(node), REACHED)

    def mend(self, node: str) -> None:
        """Plug a node's cable in again."""
        self.network.mend(self.node(node), REACHED)


def address(interface: str, host_number: int) -> str:
    """Return the address of an interface; host numbers are those of `hosts`."""
    return f"10.{99 if interface == REACHED else 98}.0.{host_number}"


def hosts(network: Network) -> tuple[tuple[Host, Host], tuple[Host, ...], Host]:
    """Set up two login nodes (1, 2), a host for slurmctld (3) and three compute nodes (11, 12, 13)."""
    network.switch(REACHED, "10.99.0.254/24")
    network.switch(UNREACHED, "10.98.0.254/24")
    logins = network.host("login1"), network.host("login2")
    head = network.host("head")
    nodes = tuple(network.host(f"n{number}") for number in (1, 2, 3))
    for number, host in (*enumerate((*logins, head), 1), *enumerate(nodes, 11)):
        network.connect(host, REACHED, REACHED, f"{address(REACHED, number)}/24")
    for number, login in enumerate(logins, 1):
        network.connect(login, UNREACHED, UNREACHED, f"{address(UNREACHED, number)}/24")
        network.gateway(login, "10.98.0.254")
    for node in nodes:
        network.gateway(node, "10.99.0.254")
    return logins, nodes, head


def slurm_options(nodes: Sequence[Host], head: Host) -> Options:
    """Return a Slurm whose daemons are on these hosts."""
    return Options(
        nodes=len(nodes),
        cpus=_CPUS,
        memory_mb=4000,
        gpus=0,
        partitions=(Partition("normal", default=True),),
        controller_at=Place(head.name, address(REACHED, 3), head.wrapper),
        nodes_at=tuple(
            Place(node.name, address(REACHED, number), node.wrapper) for number, node in enumerate(nodes, 11)
        ),
    )
