"""Dask on a Slurm cluster from JupyterLab."""
