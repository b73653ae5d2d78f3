"""``SLURMCluster(…)`` in a notebook: dask-jobqueue's class, for clusters that the panel shows."""
