"""In which Slurm cluster the jobs of a cluster are, the controller's own too."""

from __future__ import annotations

from ...protocol.models import Record
from ...slurm.installation.other_clusters import own_name


async def slurm_cluster_of(record: Record) -> str | None:
    """Return the Slurm cluster that has the jobs; None is that of this host.

    A cluster that named none has its jobs in that of the host where it was started, which may be another one.

    Raises
    ------
    SlurmUnavailable, SlurmRefused
        It is not known which one that of this host is.
    """
    named: str | None = record.cluster.options.get("slurm_cluster")
    if named or record.slurm_cluster is None:
        return named
    return None if record.slurm_cluster == await own_name() else record.slurm_cluster
