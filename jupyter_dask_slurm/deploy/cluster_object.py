"""``from jupyter_dask_slurm import SLURMCluster``: dask-jobqueue's class, for a cluster that the panel shows.

The object is a face: scheduler and jobs are those of the cluster's controller, a process of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dask
from distributed.core import Status
from distributed.utils import Log
from tornado.ioloop import IOLoop

from ..connection import dashboard_link
from ..page_address import own_address
from ..protocol.errors import DaskSlurmError
from ..protocol.scaling import known_size
from ..protocol.tags import tag_stem
from . import keyword_reading, scaling_calls
from .linked_cluster import LinkedCluster, caller

if TYPE_CHECKING:
    from typing_extensions import Self


_LOGGED_ENTRIES = 200


class SLURMCluster(LinkedCluster):
    """A Dask cluster whose workers are jobs of Slurm: dask-jobqueue's, kept by a process of its own.

    Takes what ``dask_jobqueue.SLURMCluster`` takes, in the same order, and options of jupyter-dask-slurm
    (``gpus``, ``qos``, ``idle_timeout``, …) beside. What cannot be honoured is a warning that names it.

    Scheduler and jobs live in a controller outside of the kernel. So the cluster **outlives the kernel**
    unless it is closed: what waits in the queue is not lost with a kernel that is restarted, and the panel,
    the command line and other notebooks (`from_name`) have it too. It ends

    * at the end of ``with``, by `close`, or from the panel;
    * where it was given no name, when no variable holds it any more, nor a client of it, unless somebody
      else's tasks are left there;
    * with the kernel where ``close_on_exit=True``, as dask-jobqueue's does;
    * by itself when workers are connected and it has been idle for ``idle_timeout`` seconds, an hour by
      default. Without workers, as with 0 jobs or while jobs wait in the queue, it stays until it is stopped;
      one that was given no name, has no job and is held by no kernel and no client ends after that time too.

    Parameters
    ----------
    n_workers : int
        Workers to begin with; see `scale`.
    name : str, optional
        The cluster's name in the panel. A cluster of this name that lives and has the options asked for is
        taken again; one with others is stopped, with a warning.
    asynchronous : bool
        Whether it is used with ``await`` and ``async with``.
    config_name : str, optional
        The section of ``jobqueue`` in Dask's configuration; ``slurm`` by default.
    profile : str, optional
        A profile of the panel, in place of a section.
    backend : str, optional
        ``local`` for a cluster of this machine; ``slurm`` by default, or what the profile says.
    close_on_exit : bool
        Whether it is closed when this process ends. A process that is killed closes nothing: the cluster then
        ends as without this.
    cores : int
        Of one job, shared by its workers.
    memory : str
        Of one job, such as ``"16 GB"``.
    processes : int
        Into how many workers a job is cut.
    queue, account, walltime : str
        Partition, account and time limit of the jobs.
    interface : str
        The network by which workers and scheduler talk.
    scheduler_options : dict
        Keywords of the scheduler: interface, host, port, contact_address, allowed_failures, worker_ttl.
    job_cls, loop, security, shared_temp_directory, silence_logs, dashboard_address, host, scheduler_cls
    protocol, **keywords
        As dask-jobqueue has them.

    Examples
    --------
    >>> from dask.distributed import Client
    >>> from jupyter_dask_slurm import SLURMCluster
    >>> with SLURMCluster(cores=4, memory="8 GB") as cluster, Client(cluster) as client:
    ...     cluster.scale(jobs=2)
    ...     client.submit(sum, [1, 2, 3]).result()
    6
    """

    def __init__(  # noqa: PLR0917 - in dask-jobqueue's order
        self,
        n_workers: int = 0,
        job_cls: Any = None,
        loop: IOLoop | None = None,
        security: Any = None,
        shared_temp_directory: Any = None,
        silence_logs: Any = "error",
        name: str | None = None,
        asynchronous: bool = False,
        dashboard_address: Any = None,
        host: Any = None,
        scheduler_options: Any = None,
        scheduler_cls: Any = None,
        interface: str | None = None,
        protocol: str | None = None,
        config_name: str | None = None,
        *,
        profile: str | None = None,
        backend: str | None = None,
        close_on_exit: bool = False,
        **keywords: Any,
    ) -> None:
        self.status = Status.closed  # until there is something to close
        keyword_reading.check_places(dashboard_address=dashboard_address, host=host)
        given = {
            "job_cls": job_cls, "security": security, "shared_temp_directory": shared_temp_directory,
            "silence_logs": silence_logs, "scheduler_options": scheduler_options,
            "scheduler_cls": scheduler_cls, "interface": interface, "protocol": protocol, **keywords,
        }  # fmt: skip
        asked = keyword_reading.read_call(
            given, name=name, workers=n_workers, config_name=config_name, profile=profile,
            backend=backend or ("slurm" if profile is None else None),
        )  # fmt: skip
        self._called = caller()
        for sentence in asked.said:
            self._warn(sentence)
        self._set_up(asked, asked.name, asynchronous=asynchronous, loop=loop, close_on_exit=close_on_exit)

    @classmethod
    def from_name(cls, name: str, *, asynchronous: bool = False, loop: IOLoop | None = None) -> Self:
        """Return a cluster that runs, whoever has made it, by its name or its id.

        `close` stops it, and so does the end of ``with``; that nobody refers to the object any more does not.

        Raises
        ------
        ClusterNotFound
            With the clusters that there are.
        """
        self = cls.__new__(cls)
        self._set_up(None, name, asynchronous=asynchronous, loop=loop, close_on_exit=False)
        return self

    @property
    def cluster_id(self) -> str:
        """The cluster's id in the panel and in paths."""
        return self._open_link.cluster.id

    @property
    def options(self) -> dict[str, Any]:
        """The options that the cluster has, those of configuration and site too."""
        return dict(self._open_link.cluster.options)

    # Size

    def scale(self, n: int | None = None, jobs: int = 0, memory: Any = None, cores: int | None = None) -> Any:
        """Have so many workers, or jobs; in whole jobs, rounded up.

        Parameters
        ----------
        n : int, optional
            Workers.
        jobs, memory, cores
            In other units; the most of what is said counts.
        """
        size = known_size(self._open_link.cluster.options)
        return self._change(scaling_calls.as_fixed(size, n, jobs, memory, cores))

    def adapt(self, *args: Any, **limits: Any) -> Any:
        """Have as many jobs as the work wants, as the controller sees it.

        Parameters
        ----------
        minimum, maximum : int
            Workers, with ``_jobs``, ``_cores`` or ``_memory`` in other units. Without a maximum as many jobs
            as may be.
        """
        for key in [*(["Adaptive"] if args else []), *scaling_calls.unknown_of(limits)]:
            self._called = caller()
            self._warn(f"adapt: {key} has no effect: the cluster's controller adapts it.")
        link = self._open_link
        return self._change(
            scaling_calls.as_adaptive(known_size(link.cluster.options), limits, link.most_jobs)
        )

    def _change(self, scaling: dict[str, Any]) -> Any:
        link = self._open_link

        async def change() -> None:
            await link.scale(scaling)
            await self._ask_for_names()

        if not self.asynchronous:
            return self.sync(change)
        # Dask's need not be awaited.
        return self._tasks.begin(change())

    @property
    def plan(self) -> set[str]:
        """Names of the workers that there shall be."""
        return self._named("plan")

    @property
    def requested(self) -> set[str]:
        """Names of the workers whose jobs Slurm has."""
        return self._named("requested")

    def _named(self, which: str) -> set[str]:
        """Return names as the controller has them now; within the event loop as it last told them."""
        if self._link is None or self.status != Status.running:
            return set()

        if self.asynchronous:
            self._tasks.begin(self._ask_for_names())
        else:
            self.sync(self._ask_for_names)
        return set(self._names[which])

    # What is shown

    @property
    def dashboard_link(self) -> str:
        """The dashboard, as Jupyter serves it."""
        if self._link is None:
            return ""
        return dashboard_link(own_address(self._link.shared), self._link.cluster.dashboard_path)

    def job_script(self) -> Any:
        """Return the script that is sent to Slurm for the jobs."""
        return self.sync(self._open_link.job_script)

    @property
    def job_header(self) -> str:
        """The lines of the script that are for Slurm."""
        if self.asynchronous:
            raise DaskSlurmError("Within a coroutine the header is found in await cluster.job_script().")
        script = str(self.job_script())
        return "\n".join(line for line in script.splitlines() if line.startswith("#SBATCH"))

    @property
    def job_name(self) -> str:
        """What the names of the jobs in Slurm begin with."""
        return tag_stem(self.cluster_id)

    async def _get_logs(self, cluster: bool = True, scheduler: bool = True, workers: Any = True) -> Any:
        logs = await super()._get_logs(cluster=False, scheduler=scheduler, workers=False)
        if workers and self.scheduler_comm is not None:
            # Dask's own way gives up all where one worker is just leaving.
            asked = {"op": "get_logs", "n": None}
            chosen = None if workers is True else list(workers)
            told = await self.scheduler_comm.broadcast(msg=asked, workers=chosen, on_error="ignore")
            logs |= {address: Log("\n".join(line for _level, line in said)) for address, said in told.items()}
        if cluster:
            history = (await self._open_link.history())[-_LOGGED_ENTRIES:]
            logs["Cluster"] = Log("\n".join(f"{entry.time} {entry.message}" for entry in history))
        return logs

    def _repr_html_(self, cluster_status: Any = None) -> str:
        # What it shows of the scheduler has a link too, made from Dask's one setting.
        with dask.config.set({"distributed.dashboard.link": self.dashboard_link}):
            return str(super()._repr_html_(cluster_status))

    def _ipython_display_(self, **_options: Any) -> None:
        """Show it, without widgets: the panel has them."""
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
