"""Dask's scheduler with no HTTP port: TCP carries nothing but its own TLS protocol.

Dask would open its dashboard on every interface, readable by anybody on the login node. Here its
HTTP application exists, is served by `api.dashboard.DashboardRouter` on the controller's unix socket,
and Bokeh is imported when the first page is opened: that keeps the start fast and an unused
dashboard free.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Collection
from typing import Any

import dask
from distributed import Scheduler
from distributed.comm.core import Comm
from distributed.http.routing import RoutingApplication
from distributed.scheduler import WorkerStatusPlugin, heartbeat_interval

from ...system import clock

# What the dashboard's pages ask for. `distributed.http.proxy` reaches any port of any worker's host
# and is left out; so are Prometheus' figures.
SERVED_ROUTES = (
    "distributed.http.scheduler.info",
    "distributed.http.scheduler.json",
    "distributed.http.health",
    "distributed.http.statics",
)

LOOP_TICK_S = 0.2
"""How often Dask looks whether the event loop goes, in seconds."""


def configure_dask() -> None:
    """Set what the controller needs in Dask's configuration; the user's own stays for all else."""
    dask.config.set(
        {
            "distributed.scheduler.http.routes": list(SERVED_ROUTES),
            # Workers serve no page of their own: a worker's HTTP listens even without a dashboard.
            "distributed.worker.http.routes": [],
            # Ends a cluster whose jobs still queue; `problems.idle` has our own definition.
            "distributed.scheduler.idle-timeout": None,
            "distributed.scheduler.dashboard.bokeh-application": {
                # The socket is private and Jupyter's proxy has checked the origin; behind it the
                # browser's origin is one that this process cannot know.
                "allow_websocket_origin": ["*"],
                "keep_alive_milliseconds": 30_000,
                "check_unused_sessions_milliseconds": 15_000,
            },
            # Dask's own default of 20 ms is most of what an idle scheduler costs.
            "distributed.admin.tick.interval": f"{LOOP_TICK_S} s",  # a number alone would be milliseconds
        }
    )


SILENT_S = 15.0
"""A worker tells twice a second that it lives; after so long one is silent, in seconds."""


class _NoHttpServer:
    """Stands where Dask expects its HTTP server: Bokeh and ``Client.dashboard_link`` read `port`."""

    address = "unix"
    port = 0

    def stop(self) -> None:
        """Nothing listens, so nothing stops."""


class ControllerScheduler(Scheduler):
    """A `Scheduler` whose HTTP application is not bound to any port.

    Attributes
    ----------
    standing_still : callable
        Returns the names of workers that cannot say anything, and are not to be given up for that.
    """

    standing_still: Callable[[], Collection[str]] = tuple

    def __init__(self, **options: Any) -> None:
        unwanted = {"dashboard": False, "dashboard_address": None, "jupyter": False, "idle_timeout": None}
        self._dashboard_loaded = False
        self._ahead_s = clock.ahead_s()
        super().__init__(**{**options, **unwanted})

    def start_http_server(
        self, routes: Any, dashboard_address: Any, default_port: int = 0, ssl_options: Any = None
    ) -> None:
        """Make the application that Dask would listen with, without listening (called by Dask)."""
        self.http_application = RoutingApplication(routes)
        self.http_server: Any = _NoHttpServer()
        self.services["dashboard"] = self.http_server

    async def check_worker_ttl(self) -> None:
        """Look whether workers have said nothing for too long (called by Dask).

        Dask would restart them, with what they hold. Those that Slurm has stand still are spared.
        """
        self._forgive_a_jump()
        names = self.standing_still()
        spared = [worker for worker in self.workers.values() if names and str(worker.name) in names]
        before = [worker.last_seen for worker in spared]
        now = time.time()
        for worker in spared:
            worker.last_seen = now
        await super().check_worker_ttl()
        for worker, last_seen in zip(spared, before, strict=True):
            if worker.last_seen == now:
                worker.last_seen = last_seen

    def subscribe_worker_status(self, comm: Comm) -> dict[str, Any]:
        """Tell an object that stands for this cluster of workers that come and go (called by Dask)."""
        told: dict[str, Any] = super().subscribe_worker_status(comm)
        # All of Dask's have one name, by which a second object would take the first one's place.
        subscription: Any = self.plugins.pop(WorkerStatusPlugin.name)
        subscription.name = f"{WorkerStatusPlugin.name}-{id(subscription)}"
        self.add_plugin(subscription)
        return told

    @property
    def holders(self) -> int:
        """How many clients are connected, and objects of other processes that stand for this cluster."""
        told = [plugin for plugin in self.plugins.values() if isinstance(plugin, WorkerStatusPlugin)]
        own = 1  # the `JobCluster` of this process
        return len(self.client_comms) + sum(not plugin.bcomm.closed() for plugin in told) - own

    def silent_workers(self) -> set[str]:
        """Return the names of the connected workers that have missed several heartbeats."""
        self._forgive_a_jump()
        before = time.time() - max(SILENT_S, 3 * heartbeat_interval(len(self.workers)))
        return {str(worker.name) for worker in self.workers.values() if worker.last_seen < before}

    def longest_block_s(self) -> float:
        """Return for how long the event loop stood at most since this was asked last, in seconds."""
        # Dask notes the longest time between two of its ticks.
        return max(0.0, float(self.digests_max.pop("tick-duration", 0.0)) - LOOP_TICK_S)

    def _forgive_a_jump(self) -> None:
        """Give each worker the whole time again where the machine's clock has jumped.

        Dask compares times of that clock: all workers would look silent.
        """
        ahead_s = clock.ahead_s()
        if ahead_s != self._ahead_s:
            self._ahead_s = ahead_s
            for worker in self.workers.values():
                worker.last_seen = time.time()

    def load_dashboard(self) -> None:
        """Connect Bokeh's pages to `http_application`; once, on the event loop.

        Raises
        ------
        ImportError
            Where Bokeh is missing or too old for this Dask.
        """
        if self._dashboard_loaded:
            return
        from distributed.dashboard.scheduler import connect

        connect(self.http_application, self.http_server, self, prefix="/")
        self._dashboard_loaded = True


def dashboard_problem() -> str | None:
    """Return why this environment cannot draw the dashboard, or None where it can."""
    if importlib.util.find_spec("bokeh") is None:
        return "Bokeh is not installed in this kernel's environment."
    return None
