"""How large a cluster may get: held by the Jupyter server, and once more by each controller.

The Jupyter server sees all clusters of a user, and the administrator's present limits. A controller sees its
own cluster alone, but nothing gets past it: no request that overtakes another, whoever sent it.
"""

from __future__ import annotations

from .errors import LimitExceeded
from .models import Ceiling


def check_ceiling(ceiling: Ceiling, jobs: int, cores_per_job: int, elsewhere: int = 0) -> None:
    """Refuse a size over the administrator's limits.

    Parameters
    ----------
    jobs : int
        As many as the cluster may come to have.
    cores_per_job : int
        Cores of one of them.
    elsewhere : int
        Cores of the user's other clusters.

    Raises
    ------
    LimitExceeded
        Which names the limit.
    """
    if ceiling.max_jobs_per_cluster is not None and jobs > ceiling.max_jobs_per_cluster:
        raise LimitExceeded(
            f"The administrator allows {ceiling.max_jobs_per_cluster} jobs per cluster "
            f"(max_jobs_per_cluster); not {jobs}.",
            field="scaling",
        )
    cores = jobs * cores_per_job
    if ceiling.max_cores is not None and elsewhere + cores > ceiling.max_cores:
        raise LimitExceeded(
            f"The administrator allows {ceiling.max_cores} cores at a time (max_cores); "
            f"your other clusters have {elsewhere}, and this one would have {cores}.",
            field="scaling",
        )
