"""A cluster before it exists: what was asked for, and what will stand on disk."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..checks.limits import Limits
from ..kernels.dask_files import mention
from ..kernels.environments import Environment
from ..protocol.models import (
    Backend,
    Cluster,
    ControllerInfo,
    Credentials,
    JobCounts,
    LaunchSpec,
    Record,
    Scaling,
    SlurmInfo,
    WorkerCounts,
    iso_time,
)
from ..protocol.scaling import DEFAULT_SCALING, first_jobs, known_size, resolve_scaling
from ..registry import Registry
from ..system.places import is_there
from ..system.processes import boot_id, hostname

_SEEN_IN_SCRIPT = {"job_extra_directives", "job_directives_skip", "worker_command"}


@dataclass(frozen=True)
class ClusterSpec:
    """A cluster as asked for, checked by itself; None is "you choose"."""

    name: str
    backend: Backend | None
    options: dict[str, Any]
    scaling: dict[str, Any] | None = None
    replaces: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Draft:
    """A cluster as it would be: `Starter.draft` returns one that passed all checks.

    It gets its socket and its credentials when it is put on disk.
    """

    record: Record
    spec: LaunchSpec
    environment: Environment

    @property
    def id(self) -> str:
        """The id that the cluster will have."""
        return self.spec.cluster_id


def make_draft(
    spec: ClusterSpec,
    *,
    cluster_id: str,
    backend: Backend,
    options: dict[str, Any],
    defaults: dict[str, Any],
    environment: Environment,
    idle_timeout_s: int,
    limits: Limits,
    registry: Registry,
    slurm: SlurmInfo,
) -> Draft:
    """Return the draft of such a cluster."""
    scaling = spec.scaling or DEFAULT_SCALING
    launch_spec = LaunchSpec(
        cluster_id=cluster_id,
        name=spec.name,
        backend=backend,
        created_at=iso_time(),
        directory=str(registry.directory(cluster_id)),
        socket="",
        nonce=secrets.token_hex(16),
        python=environment.python or environment.argv[0],
        dashboard_path=f"dask-slurm/clusters/{cluster_id}/dashboard/",
        scaling=scaling,
        options=options,
        defaults=defaults,
        idle_timeout_s=options.get("idle_timeout", idle_timeout_s),
        kernel=environment.kernel,
        profile=spec.profile,
        replaces=spec.replaces,
        ceiling=limits.ceiling,
        allowed_partitions=tuple(limits.allowed_partitions),
        slurm_cluster=slurm.cluster_name,
        max_array_size=slurm.max_array_size,
    )
    return Draft(_first_record(launch_spec, environment), launch_spec, environment)


def to_render(draft: Draft) -> LaunchSpec:
    """Return what a controller would be told, with files named that are made only when it is started."""
    secure = draft.record.cluster.secure
    credentials = Credentials.below(draft.spec.directory) if secure else None
    return dataclasses.replace(draft.spec, credentials=credentials)


def may_say_more(draft: Draft) -> bool:
    """Return whether Dask may know more of a draft than stands in it; blocks on the disk.

    It does where its configuration speaks of dask-jobqueue, or an option has to be seen in the script.
    """
    return bool(_SEEN_IN_SCRIPT & draft.spec.options.keys()) or speaks_of_jobqueue(draft.environment)


def speaks_of_jobqueue(environment: Environment) -> bool:
    """Return whether Dask's configuration may say something about dask-jobqueue there; blocks on the disk."""
    environ = {**os.environ, **environment.env}
    python = Path(environment.python or environment.argv[0])
    # In a container, what its Python reads cannot be seen from here.
    return not is_there(python) or mention("jobqueue", "jobqueue", environ, python.parent.parent)


def as_rendered(draft: Draft, rendering: Mapping[str, Any]) -> Draft:
    """Return the draft with what is known of it since its script was rendered."""
    jobs, cluster = rendering["jobs"], draft.record.cluster
    scaling = Scaling("manual", jobs=jobs) if cluster.scaling.mode == "manual" else cluster.scaling
    cluster = dataclasses.replace(
        cluster,
        options=rendering["options"],
        scaling=scaling,
        jobs=JobCounts(plan=jobs),
        workers=WorkerCounts(expected=jobs * rendering["processes"]),
    )
    return dataclasses.replace(draft, record=dataclasses.replace(draft.record, cluster=cluster))


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

    scaling = resolve_scaling(launch_spec.scaling, known_size(launch_spec.options))
    plan = first_jobs(scaling)
    return Cluster(
        id=launch_spec.cluster_id,
        name=launch_spec.name,
        backend=launch_spec.backend,
        status="starting",
        created_at=launch_spec.created_at,
        updated_at=launch_spec.created_at,
        controller=ControllerInfo(hostname()),
        environment=environment.info,
        dashboard_path=launch_spec.dashboard_path,
        scaling=scaling,
        profile=launch_spec.profile,
        replaces=launch_spec.replaces,
        secure=launch_spec.options.get("secure") is not False,
        options={**dict.fromkeys(OPTION_NAMES), **launch_spec.options},
        jobs=JobCounts(plan=plan),
        workers=WorkerCounts(expected=plan * (launch_spec.options.get("processes") or 1)),
        idle_timeout_s=launch_spec.idle_timeout_s,
    )
