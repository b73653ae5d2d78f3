"""What ties an object in a kernel to a cluster: our services, and a connection to its scheduler."""

from __future__ import annotations

import asyncio
import secrets
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from distributed import Security
from distributed.comm.core import connect
from distributed.core import rpc
from distributed.objects import SchedulerInfo

from ..protocol.errors import ClusterNotFound, DaskSlurmError, NoAnswer
from ..protocol.models import OVER, Cluster, HistoryEntry
from ..protocol.scaling import known_size
from ..system.beside_loop import in_thread
from ..system.event_loop.background import Background
from .parts import open_parts

if TYPE_CHECKING:
    from pathlib import Path

    from ..clusters.handle import ClusterHandle
    from ..services import Services
    from .keyword_reading import Asked

GONE_LIMIT_S = 60.0
"""So long a cluster that is stopped is waited for; its controller goes on by itself."""
_LIVE = ("queued", "starting", "working", "missing")


class Follower(Protocol):
    """Who is told what becomes of a cluster; held weakly, for it shall go when nobody else holds it."""

    def note_end(self, cluster: Cluster | None) -> None:
        """Take notice that the cluster has ended."""

    def note_workers(self, operation: str, message: Any) -> None:
        """Take notice of workers that have come or gone, as Dask's scheduler tells it."""


class _News:
    """What the services tell, for one cluster and its follower."""

    def __init__(self) -> None:
        self.cluster_id: str | None = None
        self.follower: weakref.ref[Follower] | None = None

    def changed(self, cluster_id: str, cluster: Cluster | None) -> None:
        follower = self.follower() if self.follower is not None else None
        ended = cluster_id == self.cluster_id and (cluster is None or cluster.status in OVER)
        if ended and follower is not None:
            follower.note_end(cluster)


class Link:
    """A cluster that runs, as one object of this process has it; see `open`.

    Attributes
    ----------
    security : Security
        With which the scheduler is spoken to.
    scheduler : rpc
        The scheduler.
    """

    def __init__(self, services: Services, handle: ClusterHandle, news: _News, security: Security) -> None:
        self._services = services
        self._handle = handle
        self._news = news
        self._watching = Background()
        self._comm: Any = None
        self.security = security
        self.scheduler = rpc(
            handle.cluster.scheduler_address, connection_args=security.get_connection_args("client")
        )

    @classmethod
    async def open(
        cls, asked: Asked | None, name: str, say: Callable[[str], None], warn: Callable[[str], None]
    ) -> Link:
        """Return a link to a cluster that is as `asked` for, or else to the one of this name.

        Raises
        ------
        DaskSlurmError
            Where there is none, with the reason.
        ImportError
            Where this environment has not what starts clusters.
        """
        news = _News()
        services = await open_parts(news.changed)
        from .obtain import Teller, existing, obtain

        try:
            if asked is None:
                handle = await existing(services, name)
            else:
                handle = await obtain(services, asked, Teller(say, warn))
            launch = await in_thread(services.manager.registry.read_launch, handle.id)
            link = cls(services, handle, news, _security(launch.credentials))
        except BaseException:
            await services.close()
            raise
        news.cluster_id = handle.id
        return link

    @property
    def cluster(self) -> Cluster:
        """What is known of the cluster now."""
        return self._handle.cluster

    @property
    def shared(self) -> Path:
        """Where the clusters stand."""
        return self._services.manager.registry.shared

    @property
    def most_jobs(self) -> int | None:
        """Jobs that the administrator allows one cluster; None: as many as there may be."""
        return self._services.limits.ceiling.max_jobs_per_cluster

    async def watch(self, follower: Follower) -> SchedulerInfo:
        """Tell somebody of workers that come and go, and of the end; return what there is now."""
        self._news.follower = told = weakref.ref(follower)
        # Of its own: an rpc complains about each of its connections that is open when the process ends.
        arguments = self.security.get_connection_args("client")
        self._comm = comm = await connect(self.cluster.scheduler_address, **arguments)
        comm.name = "Cluster worker status"
        await comm.write({"op": "subscribe_worker_status"})
        found = SchedulerInfo(await comm.read())
        self._watching.begin(_tell(comm, told))
        return found

    async def scale(self, scaling: dict[str, Any]) -> None:
        """Change the size; raises as `ClusterManager.change`."""
        from ..options.requests import ChangeRequest, parse

        self._services.limits.check_change()
        request, key = parse(ChangeRequest, {"scaling": scaling}), secrets.token_hex(16)
        with suppress(NoAnswer):
            await self._services.manager.change(self._handle.id, request, key)
            return
        # Once more: with the same key it is done once.
        await self._services.manager.change(self._handle.id, request, key)

    async def names(self) -> dict[str, set[str]]:
        """Return the names of workers that are planned, and of those whose jobs Slurm has.

        One whose job was not sent yet has no name; a word with a number stands for it.
        """
        try:
            jobs, _ = await self._services.inspection.jobs(self._handle.id)
        except DaskSlurmError:  # of another host, it has just ended, or its answer was lost
            return {"plan": set(), "requested": set()}
        live = {worker.name for job in jobs if job.phase in _LIVE for worker in job.workers}
        leaving = {worker.name for job in jobs if job.phase == "leaving" for worker in job.workers}
        cluster = self._handle.cluster
        planned = cluster.jobs.plan * known_size(cluster.options).workers
        unsent = {f"{cluster.id}-unsent-{number}" for number in range(planned - len(live))}
        return {"plan": live | unsent, "requested": live | leaving}

    async def history(self) -> list[HistoryEntry]:
        """Return what happened to the cluster."""
        return await self._services.inspection.history(self._handle.id)

    async def job_script(self) -> str:
        """Return the script that the controller sends to Slurm; empty where no Slurm is used."""
        from ..controller.render.render import SCHEDULER

        launch = await in_thread(self._services.manager.registry.read_launch, self._handle.id)
        environment = await self._services.environments.find(
            launch.kernel, launch.options.get("python"), backend=launch.backend
        )
        rendering = await self._services.render_client.render(environment, launch)
        address = str(self._handle.cluster.scheduler_address).rpartition("://")[2]
        return str(rendering["script"]).replace(SCHEDULER, address)

    async def has_work(self) -> bool:
        """Return whether tasks wait or run there, whoever has submitted them."""
        try:
            cluster = await self._handle.require_client().cluster()
        except DaskSlurmError:
            cluster = self.cluster
        tasks = cluster.tasks
        return tasks is not None and tasks.processing + tasks.queued > 0

    async def ask_to_stop(self) -> None:
        """Have the controller cancel its jobs and end; one that has ended already is gone."""
        with suppress(ClusterNotFound):
            await self._services.manager.stop(self._handle.id)

    async def stop(self) -> None:
        """Stop the cluster, wait until nothing is left of it, and let go."""
        try:
            self._services.limits.check_change()
            await self.ask_to_stop()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._handle.gone.wait(), GONE_LIMIT_S)
            await self._services.manager.finish_clearing()
        finally:
            await self.close()

    def stop_now(self) -> None:
        """Ask the controller to stop, without this process's event loop and threads: they may have ended."""
        from ..clusters.contact.channel import channel_to
        from ..clusters.contact.client import ControllerClient

        record, registry = self._handle.record, self._services.manager.registry

        async def ask() -> None:
            channel = channel_to(record)
            if channel is None:  # its controller's job waits, and finds the request when it begins
                registry.request_stop(record.cluster.id)
                return
            client = ControllerClient(channel, record.nonce)
            try:
                await client.stop()
            finally:
                await client.close()

        with suppress(DaskSlurmError):  # it has ended, or does when it is idle
            asyncio.run(ask())

    async def close(self) -> None:
        """Let go of the cluster; it lives on."""
        await self._watching.end()
        if self._comm is not None:
            self._comm.abort()
        await self.scheduler.close_rpc()
        await self._services.close()


async def _tell(comm: Any, told: weakref.ref[Follower]) -> None:
    """Tell of workers until the scheduler, or who is told, is gone."""
    with suppress(OSError):
        while True:
            messages = await comm.read()
            follower = told()
            if follower is None:
                return
            for operation, message in messages:
                follower.note_workers(operation, message)
            del follower  # while nothing happens nobody holds it from here


def _security(credentials: Any) -> Security:
    if credentials is None:
        return Security()
    return Security(
        tls_ca_file=credentials.ca_file, tls_client_cert=credentials.cert, tls_client_key=credentials.key,
        require_encryption=True,
    )  # fmt: skip
