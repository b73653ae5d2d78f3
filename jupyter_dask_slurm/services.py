"""The parts that routes and command line use, made when first needed, in a thread: Jupyter starts sooner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .shared_directory import default_shared_directory
from .system.beside_loop import in_thread
from .translation.languages import Languages

if TYPE_CHECKING:
    from .checks.limits import Limits
    from .clusters.inspection import Inspection
    from .clusters.manager import ClusterManager
    from .kernels.specifications import KernelSpecs
    from .launch.starter import Starter
    from .page_address import PageNote
    from .profiles.catalogue import Profiles
    from .protocol.models import Cluster
    from .site.interface_check.service import InterfaceCheck
    from .site.placement_advice import PlacementAdvice
    from .site.source import SiteSource


class Services:
    """The manager of clusters, and what belongs to it; `open` comes first.

    Parameters
    ----------
    kernel_specs
        Jupyter's kernels.
    folder : Path
        The working directory of controllers and jobs.
    limits : mapping
        What the administrator allows: the parameters of `checks.limits.Limits`.
    idle_timeout_s : int
        Where a user names none; in seconds.
    site_profiles : Path, optional
        The administrator's file of profiles.
    changed : callable
        Called with a cluster's id and the cluster after each change, and with None when it leaves the list.
    """

    manager: ClusterManager
    starter: Starter
    inspection: Inspection
    sites: SiteSource
    profiles: Profiles
    limits: Limits
    interface_check: InterfaceCheck
    placement_advice: PlacementAdvice
    page: PageNote

    def __init__(
        self,
        kernel_specs: KernelSpecs,
        *,
        folder: Path,
        limits: Mapping[str, Any],
        idle_timeout_s: int,
        site_profiles: Path | None = None,
        changed: Callable[[str, Cluster | None], None],
    ) -> None:
        self._kernel_specs = kernel_specs
        self._folder = folder
        self._limits = limits
        self._idle_timeout_s = idle_timeout_s
        self._site_profiles = site_profiles
        self._changed = changed
        self.languages = Languages()
        self._making = asyncio.Lock()
        self._made = False
        self._warming: asyncio.Future[None] | None = None

    async def open(self) -> None:
        """Make everything and find the clusters that exist; returns at once where that was done before."""
        async with self._making:
            if not self._made:
                await in_thread(self._make)
                await in_thread(_clear_up)
                self._made = True
        await self.manager.open()

    async def close(self) -> None:
        """Let go of the clusters; they live on."""
        if self._warming is not None:
            await self._warming
        async with self._making:
            if self._made:
                await self.manager.close()
                await self.interface_check.close()
                await self.render_client.close()
                await self.environments.close()

    def warm_up(self) -> asyncio.Future[None]:
        """Load what the start of a cluster needs, once; whoever is about to need it waits for the result."""
        if self._warming is None:
            self._warming = asyncio.ensure_future(in_thread(_load_what_a_start_needs))
        return asyncio.shield(self._warming)

    def _make(self) -> None:
        from .checks.limits import Limits
        from .clusters.inspection import Inspection
        from .clusters.manager import ClusterManager
        from .kernels.environments import Environments
        from .kernels.render_client import RenderClient
        from .launch.starter import Starter
        from .launch.survey import Surveyor
        from .page_address import PageNote
        from .preview.preview import Previews
        from .profiles.catalogue import Profiles
        from .profiles.kernel import KernelProfiles
        from .profiles.site import SiteProfiles
        from .profiles.user import UserProfiles
        from .registry import Registry
        from .site.interface_check.service import InterfaceCheck
        from .site.placement_advice import PlacementAdvice
        from .site.source import SiteSource

        registry = Registry(default_shared_directory())
        self.page = PageNote(registry.shared)
        self.environments = environments = Environments(self._kernel_specs, self._folder)
        self.limits = limits = Limits(**self._limits)
        self.sites = SiteSource(environments, limits.allowed_partitions)
        self.render_client = RenderClient()
        self.profiles = Profiles(
            UserProfiles(registry.shared),
            SiteProfiles(self._site_profiles),
            KernelProfiles(environments, self.render_client),
        )
        self.starter = starter = Starter(
            registry, self.profiles, limits,
            Surveyor(environments, self.sites, registry.shared, limits.allowed_partitions),
            render_client=self.render_client, folder=self._folder, idle_timeout_s=self._idle_timeout_s,
        )  # fmt: skip
        self.interface_check = InterfaceCheck(self.sites, environments, registry.shared)
        self.manager = ClusterManager(registry, starter, limits, self._changed)
        self.inspection = Inspection(self.manager)
        self.placement_advice = PlacementAdvice(limits, registry.shared)
        self.previews = Previews(self.manager, starter, self.placement_advice)


def _clear_up() -> None:
    """Remove what Jupyter servers that were killed have left on this machine's own disk."""
    from .launch.stale_sockets import remove_stale_sockets

    remove_stale_sockets()


def _load_what_a_start_needs() -> None:
    """Load pydantic and cryptography, and read the controller's code: a click need not wait for that."""
    from .kernels.archive import controller_archive
    from .launch import credentials  # noqa: F401
    from .options import requests  # noqa: F401

    controller_archive()
