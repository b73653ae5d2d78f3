"""Start a controller, serve it, and end it; a start that fails is told in the record."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path

import dask
from distributed.comm.addressing import get_address_host
from tornado.routing import Router

from ..protocol.directory import ClusterDirectory
from ..protocol.errors import DaskSlurmError, StorageUnavailable
from ..protocol.models import OVER, ErrorInfo, LaunchSpec, Record, iso_time
from ..system import clock, files
from ..system.event_loop.background import Background
from ..system.faults import as_known
from ..system.network.own_socket import new_socket
from ..system.own_directory import make_own_directory, prefix_beside, usual_places
from .api.dashboard import DashboardRouter
from .api.handlers import make_router
from .api.performance_report import Reporter
from .api.tls_server import TlsServer, listen_for_other_hosts
from .api.unix_server import UnixServer
from .backend import tls_listener
from .backend.make import make_backend
from .backend.scheduler import configure_dask
from .controller import Controller
from .garbage import GarbageCollector
from .problems.parent import why_told_to_end

logger = logging.getLogger(__name__)

HEAL_S = 5.0
"""How often the socket is looked after, in seconds."""


async def run_cluster(spec: LaunchSpec, told_to_end: asyncio.Event) -> int:
    """Run the cluster of `spec` to its end and return the process's exit code.

    Parameters
    ----------
    told_to_end : asyncio.Event
        Set by a signal: the cluster is stopped with all its jobs.
    """
    if _is_over(spec.on_disk):
        # Its job came so late that nobody waited for it any more; whoever wanted it has started another one.
        logger.warning("This cluster has been given up before its controller began: nothing is started.")
        return 1
    return await _run(spec, told_to_end)


async def _run(spec: LaunchSpec, told_to_end: asyncio.Event) -> int:
    began = time.monotonic()
    own: Path | None = None
    try:
        spec = _with_socket(spec)
        own = _own_directory(Path(spec.socket))
        configure_dask()
        tls_listener.install()
        backend = make_backend(spec)
        # Afterwards: what the user's configuration says of it is for workers.
        dask.config.set({"temporary-directory": str(own)})
        controller = Controller(spec, backend)
        await controller.start()
        scheduler = controller.scheduler
        router = make_router(controller, DashboardRouter(scheduler), Reporter(scheduler))
        server = UnixServer(Path(spec.socket), router)
        server.listen()
        far = _listen_for_other_hosts(controller, router)
        garbage = GarbageCollector()
        garbage.begin()
    except Exception as error:
        logger.exception("The controller could not start")
        record_failure(spec.on_disk, error)
        _remove(own)
        return 1
    logger.info("Up after %.2f s", time.monotonic() - began)
    background = Background()
    background.begin(_end_when(told_to_end, controller))
    background.begin(_heal(server))
    background.begin(garbage.run())
    try:
        await controller.run()
    finally:
        background.cancel()
        _remove(own)
        await server.close()
        if far is not None:
            await far.close()
    return 0


def _is_over(on_disk: ClusterDirectory) -> bool:
    """Return whether the record of a cluster, whose controller has not begun yet, says that it has ended."""
    with contextlib.suppress(StorageUnavailable, OSError, ValueError):
        return Record.from_json(files.read_json(on_disk.record)).cluster.status in OVER
    return False


def _listen_for_other_hosts(controller: Controller, router: Router) -> TlsServer | None:
    spec = controller.spec
    if not spec.remote_channel:
        return None
    host = get_address_host(controller.scheduler.address)
    server = listen_for_other_hosts(router, spec.credentials, host)
    if server is not None:
        controller.record.listens_at(server.endpoint, controller.cluster)
    return server


def _with_socket(spec: LaunchSpec) -> LaunchSpec:
    """Return what was told, with a place for the socket on this host where none was named."""
    return spec if spec.socket else dataclasses.replace(spec, socket=new_socket())


def _own_directory(socket: Path) -> Path:
    """Make the directory of this process's temporary files; returns it.

    Raises
    ------
    StorageUnavailable
        If there is no place for it.
    """
    places = [*usual_places(os.environ), socket.parent.parent]
    try:
        own = make_own_directory(prefix_beside(socket), places, logger.warning)
    except OSError as error:
        raise StorageUnavailable(f"{error}.") from error
    tempfile.tempdir = str(own)
    return own


def _remove(own: Path | None) -> None:
    if own is not None:
        shutil.rmtree(own, ignore_errors=True)


async def _end_when(told: asyncio.Event, controller: Controller) -> None:
    await told.wait()
    controller.stop(why_told_to_end(controller.state, clock.now()))
    await controller.leaving.decide()


async def _heal(server: UnixServer) -> None:
    while True:
        await asyncio.sleep(HEAL_S)
        try:
            server.heal()
        except (OSError, ValueError, StorageUnavailable) as error:
            logger.warning("The control socket could not be made again: %s", error)


def record_failure(on_disk: ClusterDirectory, error: Exception) -> None:
    """Write into the record why there is no cluster; the traceback is in the log alone."""
    known = as_known(error)
    if isinstance(known, DaskSlurmError):
        info = ErrorInfo(known.message, type(known).__name__, known.details)
    else:
        info = ErrorInfo(f"The cluster could not start: {error}", "DaskSlurmError", repr(error))
    try:
        record = Record.from_json(files.read_json(on_disk.record))
        cluster = dataclasses.replace(record.cluster, status="failed", error=info, updated_at=iso_time())
        files.write_json(on_disk.record, dataclasses.replace(record, cluster=cluster).to_json())
    except (StorageUnavailable, OSError, ValueError) as broken:
        logger.warning("The failure could not be recorded: %s", broken)
