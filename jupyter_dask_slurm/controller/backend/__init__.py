"""Where jobs run: Dask's cluster objects for Slurm and for this machine, and how jobs get into Slurm."""
