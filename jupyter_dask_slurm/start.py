"""From what a user asked for to a controller that starts: the checks, the files, the process."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from .drafts import Draft, Wish, write_out
from .environments import Environments
from .launch import new_socket, remove_socket, start_controller
from .limits import Limits, most_jobs
from .models import Backend, Cluster, LaunchSpec
from .registry import Registry
from .site import SiteSource
from .site_checks import check_against_machine, check_against_site
from .sizes import DEFAULT_SCALING, in_jobs


class Starter:
    """Checks wishes and starts controllers.

    Parameters
    ----------
    folder : Path
        The working directory of controllers and jobs.
    idle_timeout_s : int
        Where a wish names none; in seconds.
    """

    def __init__(
        self,
        registry: Registry,
        environments: Environments,
        sites: SiteSource,
        limits: Limits,
        *,
        folder: Path,
        idle_timeout_s: int,
    ) -> None:
        self._registry = registry
        self._environments = environments
        self._sites = sites
        self._limits = limits
        self._folder = folder
        self._idle_timeout_s = idle_timeout_s

    async def draft(self, wish: Wish, others: list[Cluster]) -> Draft:
        """Check a wish against limits, environment and site; changes nothing.

        Raises
        ------
        LimitExceeded, EnvironmentUnusable, SiteRefuses, SlurmUnavailable
            Each with a sentence that says what is possible.
        """
        self._limits.check_number(others)
        self._limits.check_options(wish.options)
        options = self._limits.choose_partition(wish.options)
        backend: Backend = wish.backend or ("slurm" if shutil.which("sbatch") else "local")
        size = in_jobs(wish.scaling or DEFAULT_SCALING, options)
        self._limits.check_size(most_jobs(size), options.get("cores") or 1, others)
        await self._check_site(backend, options)
        return write_out(
            wish,
            backend=backend,
            options=options,
            environment=await self._environments.find(
                options.get("kernel"), options.get("python"), backend=backend
            ),
            idle_timeout_s=self._idle_timeout_s,
            registry=self._registry,
        )

    async def _check_site(self, backend: Backend, options: dict[str, Any]) -> None:
        if backend == "local":
            check_against_machine(options, self._sites.machine())
            return
        check_against_site(options, await self._sites.answering_site())

    async def prepare(self, draft: Draft) -> Draft:
        """Write what the controller needs; from then on the cluster can be found on disk.

        Raises
        ------
        StorageUnavailable
            If a file cannot be written; nothing is left behind.
        """
        return await asyncio.to_thread(self._prepare, draft)

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

        await asyncio.to_thread(start_controller, draft.spec, draft.environment, self._folder, tell)

    async def discard(self, draft: Draft) -> None:
        """Remove a prepared draft."""
        await asyncio.to_thread(self._discard, draft.id, draft.spec.socket)

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
