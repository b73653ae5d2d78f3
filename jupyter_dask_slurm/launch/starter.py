"""From what a user asked for to a controller that starts: the checks, the files, the process."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..checks.directives import as_slurm_reads_it
from ..checks.host import refusals_of_host, this_host
from ..checks.limits import Limits
from ..checks.site import refusals_of_machine, refusals_of_site
from ..kernels.environments import Environments
from ..kernels.render_client import RenderClient
from ..protocol.errors import DaskSlurmError, InvalidRequest
from ..protocol.models import Backend, Cluster, LaunchSpec, Site
from ..protocol.scaling import known_size, most_jobs, resolve_scaling
from ..registry import Registry
from ..site.defaults import defaults_for
from ..site.interface_check.last_report import remembered_interface
from ..site.source import SiteSource
from ..system.beside_loop import in_thread
from .configured_name import ConfiguredName, configured_name
from .draft import ClusterSpec, Draft, as_rendered, make_draft, may_say_more, speaks_of_jobqueue, to_render
from .process import new_socket, remove_socket, start_controller


@dataclass(frozen=True)
class Sketch:
    """What a request comes to, not judged yet, and what the site offers."""

    draft: Draft
    site: Site


class Starter:
    """Checks what is asked for and starts controllers.

    Parameters
    ----------
    folder : Path
        The working directory of controllers and jobs.
    idle_timeout_s : int
        Where nobody names one; in seconds.
    """

    def __init__(
        self,
        registry: Registry,
        environments: Environments,
        sites: SiteSource,
        limits: Limits,
        render_client: RenderClient,
        *,
        folder: Path,
        idle_timeout_s: int,
    ) -> None:
        self._registry = registry
        self._environments = environments
        self._sites = sites
        self._limits = limits
        self._render_client = render_client
        self._folder = folder
        self._idle_timeout_s = idle_timeout_s

    async def draft(self, spec: ClusterSpec, others: list[Cluster], cluster_id: str) -> Draft:
        """Check a spec against limits, environment and site; changes nothing.

        Raises
        ------
        LimitExceeded, EnvironmentUnusable, SiteRefuses, SlurmUnavailable
            Each with a sentence that says what is possible.
        """
        self._limits.check_number(others)
        self._limits.check_options(spec.options)
        sketch = await self.sketch(spec, cluster_id)
        rendering = await self.render(sketch.draft) if await self._needs_dask(sketch.draft) else None
        for refusal in self.refusals(sketch, rendering, others):
            raise refusal
        return as_rendered(sketch.draft, rendering) if rendering else sketch.draft

    async def render(self, draft: Draft) -> dict[str, Any]:
        """Return what the controller of a draft would send to Slurm; see `controller.render.render.render`.

        Raises
        ------
        DaskSlurmError
            What dask-jobqueue does not accept.
        """
        return await self._render_client.render(draft.environment, to_render(draft))

    async def _needs_dask(self, draft: Draft) -> bool:
        """Return whether Dask is asked what a draft comes to, for which a process of Dask's must be started.

        That takes a second. It is worth it only where Dask may say what is not known yet.
        """
        return (
            self._render_client.is_warm(draft.environment)
            or self._limits.depend_on_size
            or (draft.spec.backend == "slurm" and await in_thread(may_say_more, draft))
        )

    async def configured_name(
        self, backend: Backend | None, options: Mapping[str, Any]
    ) -> ConfiguredName | None:
        """Return the name that Dask's configuration gives to the jobs of such a cluster.

        Raises
        ------
        EnvironmentUnusable, DaskSlurmError
            Dask does not understand its configuration.
        """
        if _backend(backend) == "local":
            return None
        kernel, python = options.get("kernel"), options.get("python")
        environment = await self._environments.find(kernel, python, backend="slurm")
        if not await in_thread(speaks_of_jobqueue, environment):
            return None
        return configured_name(await self._render_client.configuration(environment))

    async def sketch(self, spec: ClusterSpec, cluster_id: str) -> Sketch:
        """Return what a request comes to, together with what this site offers; changes nothing.

        Raises
        ------
        EnvironmentUnusable, SlurmUnavailable
        """
        backend = _backend(spec.backend)
        on_slurm = backend == "slurm"
        slurm_cluster = (
            await self._sites.cluster_meant(spec.options.get("slurm_cluster")) if on_slurm else None
        )
        options = {**spec.options, "slurm_cluster": slurm_cluster} if slurm_cluster else spec.options
        kernel, python = options.get("kernel"), options.get("python")
        environment = await self._environments.find(kernel, python, backend=backend)
        site = await self._sites.answering_site(slurm_cluster) if on_slurm else self._sites.machine()
        interface = await in_thread(remembered_interface, self._registry.shared)
        draft = make_draft(
            spec,
            cluster_id=cluster_id,
            backend=backend,
            options=options,
            defaults=defaults_for(backend, options, site, interface, tuple(self._limits.allowed_partitions)),
            environment=environment,
            idle_timeout_s=self._idle_timeout_s,
            limits=self._limits,
            registry=self._registry,
            slurm=site.slurm,
        )
        return Sketch(draft, site)

    def refusals(
        self, sketch: Sketch, rendering: Mapping[str, Any] | None, others: list[Cluster]
    ) -> Iterator[DaskSlurmError]:
        """Yield all that keeps a sketch from being started.

        Parameters
        ----------
        rendering : mapping, optional
            What `RenderClient.render` found; without it only what was asked for is judged.
        """
        spec = sketch.draft.spec
        options = rendering["options"] if rendering else spec.defaults | spec.options
        try:
            asked = most_jobs(resolve_scaling(spec.scaling, known_size(options)))
        except InvalidRequest as error:
            yield error
            return
        jobs = rendering["most_jobs"] if rendering else asked
        if rendering and rendering["script"]:
            options = as_slurm_reads_it(options, rendering["script"], sketch.site)
        yield from self._limits.refusals(options, jobs, others)
        if spec.backend == "local":
            yield from refusals_of_host(options, jobs, this_host())
        else:
            yield from self._limits.missing(spec.options)
        # A log directory of the user's configuration is made by the controller, as dask-jobqueue does.
        named = {**options, "log_directory": spec.options.get("log_directory")}
        find = refusals_of_site if spec.backend == "slurm" else refusals_of_machine
        yield from find(named, sketch.site)

    async def prepare(self, draft: Draft) -> Draft:
        """Write what the controller needs; from then on the cluster can be found on disk.

        Raises
        ------
        StorageUnavailable
            If a file cannot be written; nothing is left behind.
        """
        return await in_thread(self._prepare, draft)

    async def run(self, draft: Draft, ended: Callable[[int], None]) -> None:
        """Start the controller of a prepared draft.

        Parameters
        ----------
        ended : callable
            Called in this event loop with the exit code, should the controller end while this process lives.

        Raises
        ------
        StorageUnavailable
            If it cannot be started.
        """
        loop = asyncio.get_running_loop()

        def tell(exit_code: int) -> None:
            # The loop may be gone: this Jupyter server is ending, and its controllers live on.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended, exit_code)

        await in_thread(start_controller, draft.spec, draft.environment, self._folder, tell)

    async def discard(self, draft: Draft) -> None:
        """Remove a prepared draft."""
        await in_thread(self._discard, draft.id, draft.spec.socket)

    def _prepare(self, draft: Draft) -> Draft:
        socket_path = ""
        try:
            directory = self._registry.create(draft.id)
            socket_path = new_socket()
            spec = self._with_credentials(draft, socket_path, directory)
            record = dataclasses.replace(draft.record, socket=socket_path)
            self._registry.write_launch(spec)
            self._registry.write(record)
        except BaseException:
            self._discard(draft.id, socket_path)
            raise
        return dataclasses.replace(draft, record=record, spec=spec)

    def _discard(self, cluster_id: str, socket_path: str) -> None:
        remove_socket(socket_path)
        self._registry.remove(cluster_id)

    def _with_credentials(self, draft: Draft, socket_path: str, directory: Path) -> LaunchSpec:
        # Here and not above: cryptography is loaded with the first cluster.
        from .credentials import make_credentials

        secure = draft.record.cluster.secure
        credentials = make_credentials(directory, draft.id) if secure else None
        return dataclasses.replace(draft.spec, socket=socket_path, credentials=credentials)


def _backend(asked: Backend | None) -> Backend:
    return asked or ("slurm" if shutil.which("sbatch") else "local")
