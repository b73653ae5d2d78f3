"""The cluster that is attacked: where its files, processes and listening sockets are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from jupyter_dask_slurm.protocol.models import Record
from jupyter_dask_slurm.registry import Registry
from tests.jupyter.api import working
from tests.jupyter.controllers import SMALL
from tests.jupyter.server import Jupyter


@dataclass(frozen=True)
class Target:
    """A running cluster and its Jupyter server."""

    jupyter: Jupyter
    record: Record

    @property
    def directory(self) -> Path:
        """The cluster's directory."""
        return Path(self.record.directory)

    @property
    def shared(self) -> Path:
        """Where all clusters of its user are."""
        return self.directory.parents[1]

    @property
    def port(self) -> int:
        """The TCP port of its scheduler."""
        return int(str(self.record.cluster.scheduler_address).rpartition(":")[2])

    def listening(self) -> Iterator[tuple[str, int]]:
        """Yield address and port of each TCP socket on which the controller or a worker listens."""
        controller = psutil.Process(self.record.pid)
        for process in (controller, *controller.children(recursive=True)):
            for connection in process.net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    yield connection.laddr.ip, connection.laddr.port


def start_target(jupyter: Jupyter, shared: Path) -> Target:
    """Start a cluster of this machine whose workers belong to its controller."""
    cluster = jupyter.call("POST", "clusters", {"backend": "local", "options": SMALL}).json()
    jupyter.until(cluster["id"], working(1))
    return Target(jupyter, Registry(shared).read(cluster["id"]))
