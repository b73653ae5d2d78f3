"""Dask's dashboards through Jupyter's own port and authentication, and what shows their pages."""

from __future__ import annotations

from . import confinement, proxy

handlers = [*confinement.handlers, *proxy.handlers]
