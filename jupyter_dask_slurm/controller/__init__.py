"""One process per cluster: Dask's scheduler, the cluster's Slurm jobs and the truth about both.

The only part that imports dask; it runs in the Python of the kernel that the cluster is for.
"""
