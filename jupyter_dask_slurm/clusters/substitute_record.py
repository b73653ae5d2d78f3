"""Records for clusters that have none that can be read: so that they are listed, and can be dismissed."""

from __future__ import annotations

import dataclasses
from contextlib import suppress

from ..protocol.errors import ClusterNotFound, DaskSlurmError, StorageUnavailable
from ..protocol.models import (
    Cluster,
    ControllerInfo,
    EnvironmentInfo,
    ErrorInfo,
    Record,
    Scaling,
    dashboard_path_of,
    iso_time,
)
from ..registry import Registry
from ..system.processes import boot_id, hostname


def substitute_record(
    registry: Registry,
    cluster_id: str,
    error: ErrorInfo,
    created_at: str | None = None,
    slurm_cluster: str | None = None,
) -> Record:
    """Return the record of a cluster of which nothing is known but that it is not well; it is never written.

    It has no nonce, by which it is told from others.

    Parameters
    ----------
    slurm_cluster : str, optional
        The Slurm cluster that has its jobs, where it is not that of this host.
    """
    # Here and not above: pydantic is not loaded before the first request.
    from ..options.schema import OPTION_NAMES

    now = iso_time()
    cluster = Cluster(
        id=cluster_id,
        name=cluster_id[:40],
        backend="slurm",
        status="lost",
        created_at=created_at or now,
        updated_at=now,
        controller=ControllerInfo(hostname()),
        environment=EnvironmentInfo(kernel=None, python=""),
        dashboard_path=dashboard_path_of(cluster_id),
        scaling=Scaling("manual", jobs=0),
        error=error,
        options={**dict.fromkeys(OPTION_NAMES), "slurm_cluster": slurm_cluster},
    )
    return Record(
        cluster=cluster,
        hostname=hostname(),
        boot_id=boot_id(),
        nonce="",
        socket="",
        directory=str(registry.directory(cluster_id)),
        heartbeat_at=now,
    )


def record_of_unreadable(registry: Registry, cluster_id: str, why: DaskSlurmError) -> Record:
    """Return what is shown of a cluster whose record cannot be read; blocks on the disk.

    What it was started with may still say how it is called.
    """
    error = ErrorInfo(
        f"It is not known whether this cluster runs. {why.message} "
        "A controller that lives writes its record anew within seconds.",
        type(why).__name__,
        why.details,
    )
    record = substitute_record(registry, cluster_id, error)
    with suppress(ClusterNotFound, StorageUnavailable):
        spec = registry.read_launch(cluster_id)
        cluster = dataclasses.replace(
            record.cluster,
            name=spec.name,
            backend=spec.backend,
            created_at=spec.created_at,
            profile=spec.profile,
            replaces=spec.replaces,
            idle_timeout_s=spec.idle_timeout_s,
            options={**record.cluster.options, "slurm_cluster": spec.options.get("slurm_cluster")},
        )
        return dataclasses.replace(record, cluster=cluster, slurm_cluster=spec.slurm_cluster)
    return record
