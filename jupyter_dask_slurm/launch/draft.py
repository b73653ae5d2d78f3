"""A cluster before it exists: what will stand on disk."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..checks.limits import Limits
from ..kernels.environment import Environment
from ..protocol.models import (
    Cluster,
    ControllerInfo,
    Credentials,
    JobCounts,
    LaunchSpec,
    Placement,
    Record,
    Scaling,
    WorkerCounts,
    dashboard_path_of,
    iso_time,
)
from ..protocol.scaling import DEFAULT_SCALING, first_jobs, known_size, resolve_scaling
from ..registry import Registry
from ..system.processes import boot_id, hostname
from .resolve import ClusterSpec
from .survey import Surroundings

NAME = "dask"
"""Of a cluster that is only looked at, before it has been given one."""
_SEEN_IN_SCRIPT = {"job_extra_directives", "job_directives_skip", "worker_command", "gpu_workers"}


@dataclass(frozen=True)
class Draft:
    """A cluster as it would be. It gets its socket and its credentials when it is put on disk.

    Attributes
    ----------
    rendering : mapping, optional
        What its controller would send to Slurm, where that was asked; see `controller.render.render.render`.
    filed : frozenset of str
        Options that are as a file has them, which is read as dask-jobqueue would.
    """

    record: Record
    spec: LaunchSpec
    surroundings: Surroundings
    rendering: Mapping[str, Any] | None = None
    filed: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The id that the cluster will have."""
        return self.spec.cluster_id

    @property
    def environment(self) -> Environment:
        """The Python in which its controller will run."""
        return self.surroundings.environment


def make_draft(
    spec: ClusterSpec,
    surroundings: Surroundings,
    *,
    cluster_id: str,
    idle_timeout_s: int,
    limits: Limits,
    registry: Registry,
) -> Draft:
    """Return the draft of such a cluster; nothing of it was judged."""
    environment, options = surroundings.environment, surroundings.options
    slurm = surroundings.site.slurm
    launch_spec = LaunchSpec(
        cluster_id=cluster_id,
        name=spec.name or NAME,
        backend=surroundings.backend,
        created_at=iso_time(),
        directory=str(registry.directory(cluster_id)),
        socket="",
        nonce=secrets.token_hex(16),
        python=environment.python or environment.argv[0],
        dashboard_path=dashboard_path_of(cluster_id),
        scaling=spec.scaling or DEFAULT_SCALING,
        options=options,
        defaults=surroundings.defaults,
        idle_timeout_s=options.get("idle_timeout", idle_timeout_s),
        kernel=environment.kernel,
        profile=spec.profile,
        replaces=spec.replaces,
        ceiling=limits.ceiling,
        allowed_partitions=tuple(limits.allowed_partitions),
        slurm_cluster=slurm.cluster_name,
        max_array_size=slurm.max_array_size,
        emptied=spec.emptied,
        notes=spec.notes,
        remote_channel=limits.remote_channel,
        placement=_placement(surroundings, limits),
        ends_unheld=spec.ends_unheld,
    )
    return Draft(_first_record(launch_spec, environment), launch_spec, surroundings, filed=spec.filed)


def _placement(surroundings: Surroundings, limits: Limits) -> Placement:
    """Return where the controller shall run; what an administrator prefers is for clusters that can."""
    asked: Placement | None = surroundings.options.get("controller_placement")
    if asked is None and surroundings.options.get("one_allocation"):
        return "job"
    if asked is None and surroundings.backend == "slurm" and surroundings.options.get("secure") is not False:
        return limits.controller_placement_default
    return asked or "here"


def to_render(draft: Draft) -> LaunchSpec:
    """Return what a controller would be told, with files named that are made only when it is started."""
    secure = draft.record.cluster.secure
    credentials = Credentials.below(draft.spec.directory) if secure else None
    return dataclasses.replace(draft.spec, credentials=credentials)


def shows_in_script(draft: Draft) -> bool:
    """Return whether what an option of a draft comes to has to be seen in its script."""
    return bool(_SEEN_IN_SCRIPT & draft.spec.options.keys())


def as_rendered(draft: Draft, rendering: Mapping[str, Any]) -> Draft:
    """Return the draft with what is known of it since its script was rendered."""
    jobs, cluster = rendering["jobs"], draft.record.cluster
    scaling = Scaling("manual", jobs=jobs) if cluster.scaling.mode == "manual" else cluster.scaling
    cluster = dataclasses.replace(
        cluster,
        options=rendering["options"],
        scaling=scaling,
        jobs=JobCounts(plan=jobs),
        workers=WorkerCounts(expected=jobs * rendering["nodes"] * rendering["processes"]),
    )
    record = dataclasses.replace(draft.record, cluster=cluster)
    return dataclasses.replace(draft, record=record, rendering=rendering)


def _first_record(launch_spec: LaunchSpec, environment: Environment) -> Record:
    return Record(
        cluster=_as_it_starts(launch_spec, environment),
        hostname=hostname(),
        boot_id=boot_id(),
        nonce=launch_spec.nonce,
        socket=launch_spec.socket,
        directory=launch_spec.directory,
        heartbeat_at=launch_spec.created_at,
        slurm_cluster=launch_spec.slurm_cluster,
    )


def _as_it_starts(launch_spec: LaunchSpec, environment: Environment) -> Cluster:
    """Return the cluster as it is shown until its controller speaks for it."""
    # Here and not above: pydantic is not loaded before the first request.
    from ..options.schema import OPTION_NAMES

    size = known_size(launch_spec.options)
    scaling = resolve_scaling(launch_spec.scaling, size)
    plan = first_jobs(scaling)
    return Cluster(
        id=launch_spec.cluster_id,
        name=launch_spec.name,
        backend=launch_spec.backend,
        status="starting",
        created_at=launch_spec.created_at,
        updated_at=launch_spec.created_at,
        controller=ControllerInfo(hostname(), placement=launch_spec.placement),
        environment=environment.info,
        dashboard_path=launch_spec.dashboard_path,
        scaling=scaling,
        profile=launch_spec.profile,
        replaces=launch_spec.replaces,
        secure=launch_spec.options.get("secure") is not False,
        options={**dict.fromkeys(OPTION_NAMES), **launch_spec.options},
        jobs=JobCounts(plan=plan),
        workers=WorkerCounts(expected=plan * size.workers),
        idle_timeout_s=launch_spec.idle_timeout_s,
    )
