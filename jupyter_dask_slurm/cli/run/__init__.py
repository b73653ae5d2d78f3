"""``jupyter dask-slurm run``: a script on a cluster of its own, which ends with it."""
