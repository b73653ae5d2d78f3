"""What an administrator, or a user, can configure; read by the Jupyter server and by the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from traitlets import Bool, Enum, Integer, List, Unicode
from traitlets.config import Configurable

from .services import Services
from .shared_directory import SHARED_VARIABLE

if TYPE_CHECKING:
    from .kernels.specifications import KernelSpecs
    from .protocol.models import Cluster

_LIMITS = (
    *("max_clusters", "max_jobs_per_cluster", "max_cores", "allowed_partitions", "require_secure"),
    *("remote_channel", "controller_placement_default", "allowed_controller_placements"),
    *("hidden_options", "required_options", "read_only"),
)


class DaskSlurmSettings(Configurable):
    """The traits of ``c.DaskSlurmExtension``, and what is made by them."""

    shared_directory = Unicode(
        help="Where clusters are kept: a directory of this user that the compute nodes see under the same "
        "path. By default dask-slurm below Jupyter's data directory.",
    ).tag(config=True)
    max_clusters = Integer(
        None, allow_none=True, min=0, help="Clusters of a user at a time. No limit by default."
    ).tag(config=True)
    max_jobs_per_cluster = Integer(
        None, allow_none=True, min=0, help="Jobs of one cluster. No limit by default."
    ).tag(config=True)
    max_cores = Integer(
        None, allow_none=True, min=0, help="Cores of all jobs of all clusters of a user. No limit by default."
    ).tag(config=True)
    allowed_partitions = List(
        Unicode(),
        help="Partitions that may be used; the first is the default. All by default.",
    ).tag(config=True)
    require_secure = Bool(True, help="Whether clusters must be encrypted.").tag(config=True)
    idle_timeout_default_s = Integer(
        3600, min=0, help="Seconds after which an idle cluster ends; 0 is never."
    ).tag(config=True)
    hidden_options = List(
        Unicode(), help="Options that users may not set; the site's profiles may. None by default."
    ).tag(config=True)
    required_options = List(
        Unicode(), help="Options that each cluster on Slurm must name, or its profile. None by default."
    ).tag(config=True)
    read_only = Bool(False, help="Whether clusters can only be looked at.").tag(config=True)
    remote_channel = Bool(
        True,
        help="Whether a cluster's controller also listens on its scheduler's address, by TLS and for nobody "
        "but who has the cluster's key, so that Jupyter servers on other hosts can do everything with it.",
    ).tag(config=True)
    controller_placement_default = Enum(
        ["here", "job"],
        "here",
        help="Where the controllers of clusters run for who does not say: on this host, or in a Slurm job of "
        "their own.",
    ).tag(config=True)
    allowed_controller_placements = List(
        Enum(["here", "job"]), ["here", "job"], help="Where they may run. Both by default."
    ).tag(config=True)
    autostart = List(
        Unicode(),
        help="Profiles of which a cluster starts with Jupyter, where none lives already. None by default.",
    ).tag(config=True)
    site_profiles = Unicode(
        None,
        allow_none=True,
        help="A YAML file of profiles for all users, which only root or the user can write. None by default.",
    ).tag(config=True)

    def make_services(
        self, kernel_specs: KernelSpecs, folder: Path, changed: Callable[[str, Cluster | None], None]
    ) -> Services:
        """Return the services that these settings describe; see there."""
        if self.shared_directory:
            # Kernels inherit it: `connect` in a notebook looks at the same place.
            os.environ[SHARED_VARIABLE] = str(Path(self.shared_directory).expanduser())
        return Services(
            kernel_specs,
            folder=folder,
            limits={name: getattr(self, name) for name in _LIMITS},
            idle_timeout_s=self.idle_timeout_default_s,
            site_profiles=Path(self.site_profiles).expanduser() if self.site_profiles else None,
            changed=changed,
        )
