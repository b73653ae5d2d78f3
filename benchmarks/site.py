"""What a large site costs the form: ``GET /site`` of 3,000 nodes in 60 partitions, on a slurmctld."""

from __future__ import annotations

import json
import sys
from statistics import median

from benchmarks.environments import jupyter
from tests.slurm import PrivateSlurm
from tests.slurm.large import large_site

PATH = "dask-slurm/api/site"
RUNS = 5


def main() -> None:
    """Print how long the first answer of a Jupyter server takes, the next one, and its size."""
    first, next_one, size = [], [], 0
    with PrivateSlurm(large_site()) as slurm:
        for _run in range(RUNS):
            with jupyter(sys.executable, SLURM_CONF=str(slurm.conf)) as server:
                status, site, seconds = server.request("GET", PATH)
                if status != 200 or len(site["partitions"]) < 60:
                    raise RuntimeError(f"GET /site answered {status}: {site}")
                first.append(seconds)
                size = len(json.dumps(site))
                next_one.append(server.request("GET", PATH)[2])
    figures = {
        "first_ms": round(median(first) * 1e3, 1),
        "first_worst_ms": round(max(first) * 1e3, 1),
        "next_ms": round(median(next_one) * 1e3, 1),
        "bytes": size,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
