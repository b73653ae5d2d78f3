"""The controller's HTTP on its unix socket: what Jupyter may ask, and Dask's own pages."""
