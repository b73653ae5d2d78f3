"""Figures beside a peer's: each script measures us and dask-labextension or dask-jobqueue in one run.

``scripts/bench`` sets up what is needed (the peer in an environment of its own) and runs them all;
``docs/figures.md`` keeps the last result.
"""
