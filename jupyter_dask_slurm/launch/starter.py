"""From what a user asked for to a controller that starts, one step after the other.

`resolve` (what is asked for) → `survey` (what there is) → `complete` (what it comes to) → `judge` (what keeps
it from being started) → `place` (the files) → `run` (the process). A start raises the first of what `judge`
finds; a preview stops there and shows all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..checks.limits import Limits
from ..kernels.render_client import RenderClient
from ..protocol.errors import DaskSlurmError
from ..protocol.models import Cluster
from ..registry import Registry
from ..system.beside_loop import in_thread
from .configured_name import ConfiguredName, configured_name
from .controller_job import submit_controller
from .draft import Draft, as_rendered, make_draft, shows_in_script, to_render
from .judge import judge
from .one_allocation import with_its_size
from .place import discard, place
from .process import start_controller
from .resolve import ClusterSpec, resolve
from .survey import Surroundings, Surveyor

if TYPE_CHECKING:
    from ..options.requests import ClusterRequest
    from ..profiles.catalogue import Profiles


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
        profiles: Profiles,
        limits: Limits,
        surveyor: Surveyor,
        *,
        render_client: RenderClient,
        folder: Path,
        idle_timeout_s: int,
    ) -> None:
        self._registry = registry
        self._profiles = profiles
        self._limits = limits
        self._render_client = render_client
        self._surveyor = surveyor
        self._folder = folder
        self._idle_timeout_s = idle_timeout_s

    async def resolve(self, request: ClusterRequest, given: Collection[str] = ()) -> ClusterSpec:
        """Return what a request asks for, filled up from its profile; see `launch.resolve.resolve`."""
        return with_its_size(await resolve(request, self._profiles, self._limits, given))

    async def knows_environment(self, spec: ClusterSpec, within_s: float) -> bool:
        """Return whether the kernel of such a cluster is known by then; see `Surveyor.knows_environment`."""
        return await self._surveyor.knows_environment(spec, within_s)

    async def survey(self, spec: ClusterSpec) -> Surroundings:
        """Return what there is for such a cluster; see `Surveyor.survey`."""
        return await self._surveyor.survey(spec)

    async def configured_name(self, surroundings: Surroundings) -> ConfiguredName | None:
        """Return the name that Dask's configuration gives to the jobs of such a cluster.

        Raises
        ------
        DaskSlurmError
            Dask does not understand its configuration.
        """
        if not surroundings.configured:
            return None
        return configured_name(await self._render_client.configuration(surroundings.environment))

    async def complete(
        self, spec: ClusterSpec, surroundings: Surroundings, cluster_id: str, *, with_script: bool
    ) -> Draft:
        """Return what a spec comes to there; not judged yet, and nothing is changed.

        Parameters
        ----------
        with_script : bool
            Whether its script is wanted in any case. Else it is rendered only where that may tell more.

        Raises
        ------
        DaskSlurmError
            What dask-jobqueue does not accept.
        """
        draft = make_draft(
            spec,
            surroundings,
            cluster_id=cluster_id,
            idle_timeout_s=self._idle_timeout_s,
            limits=self._limits,
            registry=self._registry,
        )
        if not (with_script or self._needs_dask(draft)):
            return draft
        rendering = await self._render_client.render(draft.environment, to_render(draft))
        return as_rendered(draft, rendering)

    def _needs_dask(self, draft: Draft) -> bool:
        """Return whether Dask is asked what a draft comes to, for which a process of Dask's must be started.

        That takes a second. It is worth it only where Dask may say what is not known yet.
        """
        return (
            self._render_client.is_warm(draft.environment)
            or bool(draft.spec.options.get("one_allocation"))
            or self._limits.depend_on_size
            or (draft.spec.backend == "slurm" and (draft.surroundings.configured or shows_in_script(draft)))
        )

    def judge(self, draft: Draft, others: Collection[Cluster]) -> Iterator[DaskSlurmError]:
        """Yield each reason not to start the cluster of a draft; see `launch.judge.judge`."""
        return judge(draft, self._limits, others)

    async def accepted(
        self, spec: ClusterSpec, surroundings: Surroundings, others: Collection[Cluster], cluster_id: str
    ) -> Draft:
        """Return the draft of a cluster against which nothing speaks.

        Raises
        ------
        DaskSlurmError
            The first reason not to start it, with a sentence that says what is possible.
        """
        draft = await self.complete(spec, surroundings, cluster_id, with_script=False)
        for refusal in self.judge(draft, others):
            raise refusal
        return draft

    async def place(self, draft: Draft) -> Draft:
        """Write what the controller needs; see `launch.place.place`."""
        return await in_thread(place, draft, self._registry)

    async def discard(self, draft: Draft) -> None:
        """Remove what `place` has written."""
        await in_thread(discard, draft, self._registry)

    async def run(self, draft: Draft, ended: Callable[[int], None]) -> None:
        """Start the controller of a placed draft.

        Parameters
        ----------
        ended : callable
            Called in this event loop with the exit code, should the controller end while this process lives.

        Raises
        ------
        StorageUnavailable
            If it cannot be started.
        DaskSlurmError
            If its job cannot be sent.
        """
        if draft.spec.placement == "job":
            await submit_controller(draft, self._folder)
            return
        loop = asyncio.get_running_loop()

        def tell(exit_code: int) -> None:
            # The loop may be gone: this Jupyter server is ending, and its controllers live on.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended, exit_code)

        await in_thread(start_controller, draft.spec, draft.environment, self._folder, tell)
